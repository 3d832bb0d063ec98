"""Small writes on ATS records: tags, notes, links to members, verdicts on matches, and syncing by GraphQL."""
