-- node.json: {"node_id":"40503bc3-a53a-439f-8dce-58e064d8e3cf","epoch":1,"revoked":[]}
PRAGMA application_id = 1179796273;
PRAGMA user_version = 1;
CREATE TABLE "meta"(key VARCHAR(255) NOT NULL, value TEXT, namespace VARCHAR(255) NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL, UNIQUE(key, namespace));
INSERT INTO "meta" VALUES ('identity', '{"value":{"id":"identity","nodeId":"40503bc3-a53a-439f-8dce-58e064d8e3cf","epoch":1,"salt":"vKc3veaNGRsas4ck4u9dmQ","canary":"v1:e946a83e93ff:pE4oh9vauxBsq1BX:QfegxjRZ-8nQZ_ACuFyT:_iq3ht-0C1pCOqknsTwTAA","setup":{"serverName":"web-1","advertiseUrl":"http://192.0.2.10:8090"}}}', '', NULL);
CREATE INDEX "meta_expires_idx" ON "meta" (expires) WHERE expires IS NOT NULL;
CREATE TABLE "members"(key VARCHAR(255) NOT NULL, value TEXT, namespace VARCHAR(255) NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL, UNIQUE(key, namespace));
INSERT INTO "members" VALUES ('3f0c5a52-7c6e-4a7d-9a0b-5d0f6c1e2b34', '{"value":{"id":"3f0c5a52-7c6e-4a7d-9a0b-5d0f6c1e2b34","number":1,"name":"web-2","url":"http://192.0.2.20:8090","state":"active","joinedAt":"2026-11-23T08:00:00.000Z","lastSeenAt":"2026-11-23T08:15:00.000Z","credential":{"sealed":"v1:e946a83e93ff:Gt3w0UNXSjMb_X6-:H2rEqMRCO6S-yos7F8GqYrJ_NQ81:F226rQB35ccOc7K2xXwmnw","since":"2026-11-23T08:00:00.000Z"},"keyDigest":{"current":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},"grants":[{"capability":"fleet.read"}],"features":[],"transport":"insecure","pins":[]}}', '', NULL);
CREATE INDEX "members_expires_idx" ON "members" (expires) WHERE expires IS NOT NULL;
CREATE TABLE "invites"(key VARCHAR(255) NOT NULL, value TEXT, namespace VARCHAR(255) NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL, UNIQUE(key, namespace));
INSERT INTO "invites" VALUES ('invite-1', '{"value":{"id":"invite-1","digest":"60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752","createdAt":"2026-11-23T08:00:00.000Z","expiresAt":"2026-11-23T09:00:00.000Z","createdBy":"admin"}}', '', NULL);
CREATE INDEX "invites_expires_idx" ON "invites" (expires) WHERE expires IS NOT NULL;
CREATE TABLE history (id TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT NOT NULL);
