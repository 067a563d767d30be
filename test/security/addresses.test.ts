import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadUrl, isPrivate, mayDial, parsePeerUrl } from '../../src/security/addresses.ts'

const lan = { loopback: false }
const lab = { loopback: true }

const REFUSED = [
  'ftp://h/',
  'h:8090',
  '//h',
  'http://',
  'http://user@h',
  'http://u:p@h',
  'http://h?a=1',
  'http://h?',
  'http://h#x',
  'http://h/../x',
  'http://h/%2e%2e/x',
  'http://h/.',
  'http://h:0',
  'http://h:65536',
  'http://h\\x',
  'http://h /',
  'http://h/\n',
  'http://169.254.169.254',
  'http://[fe80::1]',
  'http://100.100.100.200',
  'http://[fd00:ec2::254]',
  'http://0.0.0.0',
  'http://[::]',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://[64:ff9b::a9fe:a9fe]',
  'http://[::ffff:169.254.169.254]',
  'http://2852039166',
  `http://${'h'.repeat(600)}`,
  '',
  'javascript:alert(1)'
]
const LOOPBACK = [
  'http://127.0.0.1:8090',
  'http://127.1',
  'http://0x7f.1',
  'http://2130706433',
  'http://[::1]',
  'http://localhost',
  'http://a.localhost.',
  'http://[::ffff:127.0.0.1]'
]

test('a URL that no peer may have is refused with what is wrong', () => {
  for (const url of REFUSED) assert.throws(() => parsePeerUrl(url, lab), BadUrl, url)
})

test('loopback in any spelling is refused, but on a node that is on loopback itself', () => {
  for (const url of LOOPBACK) {
    assert.throws(() => parsePeerUrl(url, lan), BadUrl, url)
    assert.ok(parsePeerUrl(url, lab), url)
  }
})

test('a good URL is stored in one form', () => {
  assert.equal(parsePeerUrl('HTTP://Node-2.Example:8090/flatrun/', lan), 'http://node-2.example:8090/flatrun')
  assert.equal(parsePeerUrl('https://10.0.0.2:443', lan), 'https://10.0.0.2')
  assert.equal(parsePeerUrl('http://[2001:db8::1]:8090/', lan), 'http://[2001:db8::1]:8090')
})

test('private ranges may be dialled, also over an overlay, and count as private', () => {
  for (const address of ['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd12::1', '::ffff:10.0.0.1']) {
    assert.equal(mayDial(address, lan), true, address)
    assert.equal(isPrivate(address), true, address)
  }
  assert.equal(isPrivate('8.8.8.8'), false)
  assert.equal(mayDial('not an address', lab), false)
})

const EMBEDDED: [address: string, dialled: boolean, what: string][] = [
  ['64:ff9b::c000:221', true, 'NAT64 of 192.0.2.33'],
  ['64:ff9b::a9fe:a9fe', false, 'NAT64 of 169.254.169.254'],
  ['64:ff9b::7f00:1', false, 'NAT64 of 127.0.0.1'],
  ['64:ff9b::', false, 'NAT64 of 0.0.0.0'],
  ['64:ff9b::10.1.2.3', true, 'NAT64 of 10.1.2.3'],
  ['64:ff9b:1::c000:221', true, 'a 96-bit prefix for local use'],
  ['64:ff9b:1:fffe::a9fe:a9fe', false, 'a 96-bit prefix for local use'],
  ['64:ff9b:1:c000:2:2100::', true, 'a 48-bit prefix for local use'],
  ['64:ff9b:1:a9fe:a9:fe00::', false, 'a 48-bit prefix for local use'],
  ['64:ff9b:1:a9:fe:a9fe::', false, 'a 56-bit prefix for local use'],
  ['64:ff9b:1:0:a9:fea9:fe00:0', false, 'a 64-bit prefix for local use'],
  ['64:ff9b:1::', false, 'a prefix for local use and nothing else'],
  ['2002:c000:221::1', true, '6to4 of 192.0.2.33'],
  ['2002:a9fe:a9fe::1', false, '6to4 of 169.254.169.254'],
  ['2002:7f00:1::1', false, '6to4 of 127.0.0.1'],
  ['::ffff:192.0.2.33', true, 'a mapped 192.0.2.33'],
  ['::ffff:169.254.169.254', false, 'a mapped 169.254.169.254'],
  ['::ffff:a9fe:a9fe', false, 'the same in hexadecimal'],
  ['2001:db8::1', true, 'an address that embeds nothing']
]
for (const [address, dialled, what] of EMBEDDED) {
  test(`${address}, ${what}, is ${dialled ? 'dialled' : 'not dialled'}`, () => {
    assert.equal(mayDial(address, lan), dialled)
    assert.equal(mayDial(address, lab), dialled)
  })
}

test('what embeds a private address is private', () => {
  assert.ok(isPrivate('64:ff9b:1::10.1.2.3'))
  assert.ok(!isPrivate('64:ff9b::c000:221'))
})
