"""What recruiters, interviewers and members write to and about each other in the demo.

Every text is a `str.format` pattern. The names it may use: `first` (given name), `title`, `company` (the
person's), `skill`, `other_skill`, `job` (the opening's title), `office`, `city`, `recruiter` (given
name), `strength`, `salary`, `notice`, `attribute`, `us` (the company that hires), `mission` (what it does).
"""

from typing import Final

CANDIDATE_NOTES: Final = (
    "Met at the {skill} meetup in {city}. Not looking actively, but curious about what we build. Call "
    "again in spring.",
    "Referred by a former colleague at {company}. Says {first} is the one everybody asks about {skill}.",
    "Expects {salary} base, notice {notice}. Would move to {office} for the right team.",
    "Prefers e-mail, please do not call during working hours.",
    "Asked to be told about lead roles first. Family keeps {first} in {city} until next summer.",
    "Silver medalist from the last round. Strong on {skill}, we simply had somebody with more {other_skill}.",
    "CV updated by {first}: now {title} at {company}.",
    "Needs a work permit for the EU, HR says six to eight weeks.",
    "Wants four days a week. Checked with the hiring manager, fine for us.",
    "Interview feedback shared by phone, took it very well. Definitely keep warm.",
)

SCREEN_NOTES: Final = (
    "Phone screen, 25 min. Uses {skill} daily at {company}, some {other_skill}. Expects {salary}, notice "
    "{notice}. Move forward.",
    "Good first call. Why leave {company}? Reorganisation, the team is being split. Wants to stay hands-on. "
    "Salary {salary} is inside our band.",
    "Screened today. {skill} is solid, {other_skill} only from a course. English fluent. Sending to the "
    "hiring manager.",
    "Call with {first}: calm, precise, asks good questions. At the best when {strength}. Next step agreed.",
    "Screen done. Has another offer with a deadline in two weeks, so we should hurry.",
)

PROCESS_NOTES: Final = (
    "Panel set up for {office}. Travel booked, {first} arrives the evening before.",
    "Hiring manager liked the {skill} part, wants a second opinion on {other_skill}.",
    "Moved the interview by two days, {first} has a release at {company}.",
    "Debrief: two yes, one strong yes. We should talk about level before the offer.",
    "Asked for the exercise to be sent on Friday so that there is a weekend in between.",
    "References: both former managers would hire {first} again at once.",
)

REJECT_NOTES: Final = (
    "Told {first} by phone. Disappointed but fair, asked for feedback on {other_skill}. Keep for later "
    "openings.",
    "Declined by e-mail. Not enough {skill} for this level, would fit one step below.",
    "Went with an internal candidate for {job}. Explained that it was close.",
)

WITHDRAW_NOTES: Final = (
    "{first} withdrew: counter-offer from {company}. Stay in touch.",
    "Accepted elsewhere, closer to {city}. Parted on good terms.",
    "Withdrew for family reasons, may come back next year.",
)

HIRE_NOTES: Final = (
    "Signed! Starts on the first of the month after next. Laptop and badge ordered.",
    "Offer accepted at {salary}. {first} asked for a week between the jobs, granted.",
)

FEEDBACK_GOOD: Final = (
    "{first} walked us through a real case from {company} and knew every trade-off. {attribute} clearly "
    "above the bar.",
    "Very pleasant hour. Thinks aloud, takes hints, drops ideas that do not work. Strong {skill}.",
    "One of the best answers on {attribute} this year. Would like to work with {first}.",
    "Asked about our users before drawing anything. {skill} is second nature.",
)
FEEDBACK_MIXED: Final = (
    "Good on {skill}, hesitant on {other_skill}. {attribute} at the lower end of what {job} needs.",
    "Knows the tools, but stayed general when I asked for own decisions. Another interviewer should "
    "probe {attribute}.",
    "Solid and likeable. I am not sure about the level: more of a mid-career profile today.",
)
FEEDBACK_BAD: Final = (
    "Could not explain a choice made in the last project at {company}. {attribute} below the bar for {job}.",
    "We spent most of the time on basics of {skill}. Not for this role.",
)
RESULTS_GOOD: Final = ("Strong yes", "Yes", "Yes")
RESULTS_MIXED: Final = ("Yes", "Mixed", "Mixed")
RESULTS_BAD: Final = ("Mixed", "No", "No")

DISPOSITIONS: Final = (
    "Experience below requirement",
    "Another candidate was a better fit",
    "Salary expectations above band",
    "Skills do not match",
    "Position filled internally",
    "No work authorisation",
)
WITHDRAWALS: Final = ("Accepted another offer", "Counter-offer accepted", "Location", "Personal reasons")

SUBJECTS: Final = (
    "{job} at {us}",
    "A team in {office} that needs {skill}",
    "{first}, a question about your work",
)
OPENINGS: Final = (
    "Hi {first},\n\nI read your profile with joy: {title} at {company}, and so much {skill}. We are "
    "looking for "
    "a {job} in {office}. Would a call of twenty minutes next week be all right?\n\n{recruiter}",
    "Dear {first},\n\nour planning team in {office} is growing and I thought of you because of your work "
    "with "
    "{skill} and {other_skill}. May I send you what the {job} would do in the first half-year?\n\nBest, "
    "{recruiter}",
    "Hello {first}, I recruit for {us}. {mission} "
    "Is a change from {company} thinkable at the moment? The role: {job}, {office} or remote.\n\n{recruiter}",
)
REMINDERS: Final = (
    "Hi {first}, just in case my note got lost. The {job} is still open, and {office} is lovely in "
    "autumn.\n\n{recruiter}",
)
ACCEPTING: Final = (
    "Hi {recruiter}, thanks for writing to me and not to a list. Yes, let us talk: Tuesday after 17:00 "
    "works best.",
    "Hello {recruiter}, good timing. My project at {company} ends soon. Please send me the description "
    "of the {job}.",
    "Thank you! I would like to hear more, above all how you use {skill}. You can reach me at the "
    "address I shared.",
)
DECLINING: Final = (
    "Hi {recruiter}, thank you, but I only started at {company} a while ago and want to stay.",
    "Thanks for thinking of me. We are building a house this year, one change at a time.",
)
FOLLOW_UPS: Final = (
    "Wonderful, {first}. I have sent an invitation for Tuesday 17:30, and the description is attached to "
    "it.\n\n{recruiter}",
    "Great! Two colleagues of the team would join us for ten minutes, if that is all right.\n\n{recruiter}",
)

RECRUITER_NOTES: Final = (
    "Profile fits {job}. {skill} at {company} is close to what we do.",
    "Answered within an hour. Warm. Salary idea {salary}, notice {notice}.",
    "Shares two former colleagues with our {office} team, ask them before the next call.",
    "Not now: bonus is paid in March. Set a reminder.",
    "Great on paper, very brief in messages. Call instead of writing.",
    "Would start in {office} in January, partner looks for a job there too.",
)
PRIVATE_NOTES: Final = (
    "My gut feeling: {first} is using us to get a raise at {company}. Let us see.",
    "Do not push, I have promised to wait until the summer.",
    "Mentioned an illness in the family. Be considerate with dates.",
)
