-- The roles and the database of a fresh private server (tools/postgres). A
-- statement ends at an empty line.
-- SPDX-License-Identifier: Apache-2.0
CREATE ROLE recapd LOGIN;

CREATE ROLE recapd_producer;

GRANT recapd_producer TO recapd WITH ADMIN OPTION;

CREATE DATABASE recapd OWNER recapd;

