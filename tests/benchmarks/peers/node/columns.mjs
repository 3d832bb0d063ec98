// What each GraphQL field is in SQL, under the name that GraphQL has, so that default resolvers do; and which of
// them a field of an operation asks for: only those columns are read.

const COLUMNS = {
  candidate: {
    id: `'urn:rsc:candidate:' || r.id as "id"`,
    externalId: `r.external_id as "externalId"`,
    firstName: `r.first_name as "firstName"`,
    lastName: `r.last_name as "lastName"`,
    emailAddresses: `r.email_addresses as "emailAddresses"`,
    currentCompanyName: `r.current_company_name as "currentCompanyName"`,
    currentJobTitle: `r.current_job_title as "currentJobTitle"`,
    doNotContact: `r.do_not_contact as "doNotContact"`,
    createdAt: `r.created_at as "createdAt"`,
    lastModifiedAt: `r.last_modified_at as "lastModifiedAt"`,
    syncedAt: `r.synced_at as "syncedAt"`,
    phoneNumbers: `r.phone_numbers as "phoneNumbers"`,
    match: 'r.match_state, r.match_confidence, r.match_evidence',
  },
  member: {
    id: `r.urn as "id"`,
    firstName: `r.first_name as "firstName"`,
    lastName: `r.last_name as "lastName"`,
    headline: 'r.headline',
    location: 'r.location',
    industry: 'r.industry',
    publicProfileUrl: `r.public_profile_url as "publicProfileUrl"`,
    openToWork: `r.open_to_work as "openToWork"`,
    positions: 'r.positions',
    education: 'r.education',
    skills: 'r.skills',
  },
  tag: {
    id: `'urn:rsc:tag:' || r.id as "id"`,
    name: 'r.name',
    isDoNotContact: `r.is_do_not_contact as "isDoNotContact"`,
  },
  job: {
    id: `'urn:rsc:job:' || r.id as "id"`,
    title: 'r.title',
    location: 'r.location',
  },
  application: {
    id: `'urn:rsc:application:' || r.id as "id"`,
    appliedAt: `r.applied_at as "appliedAt"`,
    status: 'r.status',
    stage: 'r.stage',
    job: 'r.job_id',
  },
  note: {
    id: `'urn:rsc:note:' || r.id as "id"`,
    body: 'r.body',
    authorName: `r.author_name as "authorName"`,
    createdAt: `r.created_at as "createdAt"`,
  },
  inmail: {
    id: `'urn:rsc:inmail:' || r.id as "id"`,
    sentAt: `r.sent_at as "sentAt"`,
    direction: 'r.direction',
    state: 'r.state',
    subject: `case when r.seat_id = $4 then r.subject end as "subject"`,
    bodyWithheld: `r.seat_id is distinct from $4 as "bodyWithheld"`,
  },
  recruiter_note: {
    id: `'urn:rsc:recruiter-note:' || r.id as "id"`,
    body: 'r.body',
    visibility: 'r.visibility',
    createdAt: `r.created_at as "createdAt"`,
  },
};

// Both servers keep parsed documents, so a field of a known operation is the same object each time.
const known = new WeakMap();

/** The columns of `table` that the field asks for; through `edges { node { … } }` where it is a connection. */
export function columnsOf(table, info) {
  const field = info.fieldNodes[0];
  let columns = known.get(field);
  if (columns === undefined) {
    const asked = [];
    gather(field.selectionSet, info.fragments, asked);
    columns = [...new Set(asked)].map((name) => COLUMNS[table][name]).filter(Boolean).join(', ');
    known.set(field, columns);
  }
  return columns;
}

function gather(selectionSet, fragments, asked) {
  for (const one of selectionSet.selections) {
    if (one.kind === 'FragmentSpread') gather(fragments[one.name.value].selectionSet, fragments, asked);
    else if (one.kind === 'InlineFragment' || one.name.value === 'edges' || one.name.value === 'node')
      gather(one.selectionSet, fragments, asked);
    else asked.push(one.name.value);
  }
}
