"""Makes requests with urllib or requests: client.py MODULE [follow]

Each line of the input is one request as JSON, each line of the output its answer; with "follow" what comes of the answer
to the first, as it comes.
"""

import base64
import json
import sys


def with_urllib():
    from urllib.error import HTTPError
    from urllib.request import ProxyHandler, Request, build_opener

    opener = build_opener(ProxyHandler({}))

    def send(method, url, headers, body, follow):
        try:
            answer = opener.open(Request(url, data=body, headers=headers, method=method))
        except HTTPError as error:
            answer = error
        if follow:
            return answer
        return answer.status, answer.headers.get("content-type"), answer.read()

    return send


def with_requests():
    import requests

    session = requests.Session()
    session.trust_env = False

    def send(method, url, headers, body, follow):
        answer = session.request(method, url, headers=headers, data=body, stream=follow)
        if follow:
            return answer.iter_content(None)
        return answer.status_code, answer.headers.get("content-type"), answer.content

    return send


send = {"urllib": with_urllib, "requests": with_requests}[sys.argv[1]]()
follow = sys.argv[2:] == ["follow"]

for line in sys.stdin:
    ask = json.loads(line)
    body = base64.b64decode(ask["body"]) if "body" in ask else None
    answer = send(ask["method"], ask["url"], ask["headers"], body, follow)
    if follow:
        for part in answer:
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
    else:
        status, content_type, content = answer
        text = base64.b64encode(content).decode()
        print(json.dumps({"status": status, "type": content_type, "body": text}), flush=True)
