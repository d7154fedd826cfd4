-- What a session is listed by, written once with the session. Indexes on the
-- columns of its row would be written anew with each of the row's versions.

CREATE TABLE session_lists (
  list       text COLLATE "C" NOT NULL,  -- tutor:ID, course:ID or student:ID
  session_id text COLLATE "C" NOT NULL,
  bucket     smallint         NOT NULL,
  PRIMARY KEY (list, session_id)
);
INSERT INTO session_lists (list, session_id, bucket)
SELECT 'student:' || student, session_id, bucket FROM session_students
UNION ALL
SELECT 'tutor:' || tutor, id, bucket FROM sessions
UNION ALL
SELECT 'course:' || course, id, bucket FROM sessions
ORDER BY 1, 2;

DROP TABLE session_students;
DROP INDEX sessions_tutor, sessions_course;
