"""Operations with their answers and their SQL, side by side, for people to read.

Each folder is one operation on the demo's data: `operation.graphql`, whose first comment says who asks and
what it shows (`# As recruiter, partner: …`), `variables.json` if it has any, and what came out of it when it
was last looked at: `answer.json` and `statement.sql`, or one of each for every persona where several ask. The
statement is laid out for reading, with the values of its parameters; that is all that differs from what runs.

After a change that is meant to change answers or statements, `python -m tests.queries` writes them anew (with
names of folders: only those). The review of the difference is the test: an answer is right because somebody
has held it against the operation, not because it was written down.
"""
