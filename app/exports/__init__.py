"""1-Click Export: a member is sent from Recruiter to a job of the ATS."""
