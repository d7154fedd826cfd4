-- Makes the superuser `recapd` of an earlier private server the owner of its
-- objects and no more (tools/postgres). A statement ends at an empty line.
-- SPDX-License-Identifier: Apache-2.0
BEGIN;

CREATE ROLE recapd_admin SUPERUSER LOGIN;

SET LOCAL SESSION AUTHORIZATION recapd_admin;

-- The first role cannot stop being a superuser; as this one nobody is let in.
ALTER ROLE recapd RENAME TO recapd_first;

CREATE ROLE recapd LOGIN;

CREATE ROLE recapd_producer;

GRANT recapd_producer TO recapd WITH ADMIN OPTION;

DO $$
DECLARE
  statement text;
BEGIN
  FOR statement IN
    SELECT format('ALTER TABLE %s OWNER TO recapd', c.oid::regclass)
      FROM pg_class c
     WHERE relnamespace = 'public'::regnamespace
       AND (relkind IN ('r', 'p', 'v', 'm')
            OR relkind = 'S' AND NOT EXISTS (
              SELECT FROM pg_depend d
               WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass
                 AND d.deptype IN ('a', 'i')))
    UNION ALL
    SELECT format('ALTER ROUTINE %s OWNER TO recapd', oid::regprocedure)
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('ALTER TYPE %s OWNER TO recapd', oid::regtype)
      FROM pg_type
     WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')
  LOOP
    EXECUTE statement;
  END LOOP;
END $$;

COMMIT;

