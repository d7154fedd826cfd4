-- Gives an earlier private server's database the name and the owner it has now
-- (tools/postgres). A statement ends at an empty line.
-- SPDX-License-Identifier: Apache-2.0
ALTER DATABASE postgres RENAME TO recapd;

ALTER DATABASE recapd OWNER TO recapd;

CREATE DATABASE postgres;

