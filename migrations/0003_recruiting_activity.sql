-- Why: what recruiters did in LinkedIn Recruiter. It belongs to a contract, and is visible only there.

create table inmail (
  company_id uuid not null,
  id uuid not null,
  contract_id uuid not null,
  seat_id uuid,
  member_urn text not null,
  conversation_id text not null,
  sent_at timestamptz not null,
  direction text not null check (direction in ('SENT', 'RECEIVED')),
  state text not null check (state in ('SENT', 'ACCEPTED', 'DECLINED', 'REPLIED')),
  subject text,
  body text,
  primary key (company_id, id),
  foreign key (company_id, contract_id) references contract,
  foreign key (company_id, seat_id) references seat
);
create index inmail_of_member on inmail (company_id, member_urn, sent_at desc, id desc);
create index inmail_of_contract on inmail (company_id, contract_id, sent_at, id);
create index inmail_of_seat on inmail (company_id, seat_id, sent_at, id);

create table recruiter_note (
  company_id uuid not null,
  id uuid not null,
  contract_id uuid not null,
  seat_id uuid,
  member_urn text not null,
  body text,
  visibility text not null check (visibility in ('SHARED', 'PRIVATE')),
  is_deleted boolean not null default false,
  created_at timestamptz not null,
  last_modified_at timestamptz not null,
  primary key (company_id, id),
  foreign key (company_id, contract_id) references contract,
  foreign key (company_id, seat_id) references seat,
  -- A note deleted in Recruiter stays, so that readers of the history learn of it, without its text.
  check (is_deleted = (body is null)),
  check (last_modified_at >= created_at)
);
create index recruiter_note_of_member on recruiter_note (company_id, member_urn, created_at desc, id desc);
create index recruiter_note_of_contract on recruiter_note (company_id, contract_id, last_modified_at, id);
create index recruiter_note_of_seat on recruiter_note (company_id, seat_id, last_modified_at, id);

create table stub_profile (
  company_id uuid not null,
  id uuid not null,
  contract_id uuid not null,
  seat_id uuid,
  inmail_id uuid,
  member_urn text not null,
  first_name text not null,
  last_name text not null,
  headline text,
  company_name text,
  job_title text,
  -- Null unless the member shared it.
  email_address text,
  phone_number text,
  created_at timestamptz not null,
  primary key (company_id, id),
  foreign key (company_id, contract_id) references contract,
  foreign key (company_id, seat_id) references seat,
  foreign key (company_id, inmail_id) references inmail
);
create index stub_profile_of_member on stub_profile (company_id, member_urn, created_at desc, id desc);
create index stub_profile_of_contract on stub_profile (company_id, contract_id, created_at, id);
create index stub_profile_of_seat on stub_profile (company_id, seat_id, created_at, id);
create index stub_profile_of_inmail on stub_profile (company_id, inmail_id);

create table export (
  company_id uuid not null,
  id uuid not null,
  member_urn text not null,
  job_id uuid not null,
  seat_id uuid not null,
  candidate_id uuid,
  state text not null check (state in ('REQUESTED', 'DELIVERED', 'CREATED', 'FAILED')),
  requested_at timestamptz not null,
  attempts integer not null default 0 check (attempts >= 0),
  last_error text,
  primary key (company_id, id),
  unique (company_id, member_urn, job_id),
  foreign key (company_id, job_id) references job,
  foreign key (company_id, seat_id) references seat,
  foreign key (company_id, candidate_id) references candidate
);
create index export_by_time on export (company_id, requested_at desc, id desc);
create index export_by_state on export (company_id, state, requested_at desc, id desc);
create index export_of_job on export (company_id, job_id);
create index export_of_seat on export (company_id, seat_id, requested_at);
create index export_of_candidate on export (company_id, candidate_id);

-- Whom LinkedIn's sourcing proposes for a job, as ranked by app/matching; the best first.
create table recommended_match (
  company_id uuid not null,
  job_id uuid not null,
  member_urn text not null,
  score double precision not null check (score between 0 and 1),
  reasons text[] not null,
  primary key (company_id, job_id, member_urn),
  foreign key (company_id, job_id) references job on delete cascade
);
create index recommended_match_by_score on recommended_match (company_id, job_id, score desc, member_urn desc);
