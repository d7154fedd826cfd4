-- What a producer sees of outcomes: those of commands that came by the inbox. Of
-- those stored before nothing tells; they stay. Whoever may write the tables
-- sees all.
ALTER TABLE commands ADD by_inbox boolean NOT NULL DEFAULT true;
ALTER TABLE commands ALTER by_inbox SET DEFAULT false;

CREATE OR REPLACE VIEW outcomes WITH (security_barrier) AS
  SELECT o.source, o.id, o.outcome::jsonb AS outcome, o.who
    FROM command_outcomes AS o
   WHERE pg_has_role(current_user, (SELECT relowner FROM pg_class
                                     WHERE oid = 'commands'::regclass), 'MEMBER')
      OR EXISTS (SELECT FROM commands AS c
                  WHERE (c.source, c.id, c.scope) = (o.source, o.id, o.scope)
                    AND c.by_inbox);
