-- Why: people are searched for by words, and found although a letter is wrong. A policy takes the index from
-- every operator of text search, so candidates have search rows of their own, read through one function.
-- Members and candidates become searchable by triggers, whoever writes them; by the same way a job gets due for
-- a new ranking of members.

-- ---- how text becomes words

-- The words of a text with one space between: lower case, no accents, no punctuation; C++ is cpp, C# csharp,
-- .NET dotnet. Separators (30 and 31 of ASCII) stay. What is left has neither quote nor backslash, so it can
-- stand in a tsquery between quotes. Punctuation is written out for the same reason as in `name_words`.
create function search_words(said text) returns text
language plpgsql immutable parallel safe
as $$
declare
  punctuation constant text := '[ \t\r\n\v\f!-/:-@\[-`{-~\u0080-\u00bf\u2010-\u206f]+';
  plain text := regexp_replace(
    replace(replace(replace(replace(replace(
      lower(said), 'c++', 'cpp'), 'c#', 'csharp'), '.net', ' dotnet'), '''', ''), '’', ''),
    punctuation, ' ', 'g');
begin
  if octet_length(plain) > length(plain) then
    plain := replace(replace(replace(translate(plain, 'øłđı', 'oldi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
    plain := lower(regexp_replace(normalize(plain, NFKD), '[\u0300-\u036f]', '', 'g'));
    plain := regexp_replace(plain, punctuation, ' ', 'g');
  end if;
  return btrim(plain);
end
$$;

-- The word, and what is left of it without any one of its letters. Two words that share one of these differ by
-- a letter that is wrong, missing or too many, or by two that changed places.
create function search_slips(word text) returns text[]
language sql immutable parallel safe
return (
  select array_agg(distinct left(word, place - 1) || substr(word, place + 1)) || word
  from generate_series(1, least(length(word), 30)) as place
);

-- What the lexemes of one company have behind their mark, so that in the index they stand together.
create function search_prefix(of_company uuid) returns text
language sql immutable parallel safe
return right(of_company::text, 8);

-- Each of the words with the mark before it; null where there is none.
create function search_marked(mark text, words text) returns text
language sql immutable parallel safe
return mark || replace(nullif(btrim(words), ''), ' ', ' ' || mark);

-- `parts` are words: name, current title, current company, place, skills (30 of ASCII between), all the rest.
-- A document has each word as it is, and again with a mark for where it stands: @ name, $ title, & company,
-- ~ place; # is before a whole skill, = before what is no text. `prefix` stands between mark and word.
create function search_document(prefix text, parts text[], is_open boolean) returns tsvector
language plpgsql immutable parallel safe
as $$
declare
  whole text := translate(array_to_string(parts, ' '), chr(30), ' ');
begin
  whole := concat_ws(' ',
    search_marked(prefix, whole),
    search_marked('@' || prefix, parts[1]),
    search_marked('$' || prefix, parts[2]),
    search_marked('&' || prefix, parts[3]),
    search_marked('~' || prefix, parts[4]),
    (
      select string_agg('#' || prefix || replace(btrim(skill), ' ', '_'), ' ')
      from unnest(string_to_array(parts[5], chr(30))) as skill
      where btrim(skill) <> ''
    ),
    '=' || prefix || case is_open when true then 'open' when false then 'settled' end);
  if octet_length(whole) > 2000 then  -- more than a lexeme may have
    whole := regexp_replace(whole, '[^ ]{100,}', '', 'g');
  end if;
  return array_to_tsvector(array_remove(string_to_array(whole, ' '), ''));
end
$$;

-- JSON's own signs do not matter in these: they are punctuation.
create function search_parts(known member) returns text[]
language sql immutable parallel safe
return string_to_array(
  search_words(concat(
    known.first_name, ' ', known.last_name, chr(31),
    known.positions -> 0 ->> 'title', chr(31),
    known.positions -> 0 ->> 'companyName', chr(31),
    known.location, chr(31),
    left(replace(jsonb_path_query_array(known.skills, '$[*].name')::text, '", "', chr(30)), 4000), chr(31),
    known.headline, ' ', known.industry, ' ',
    left(jsonb_path_query_array(known.positions, '$[1 to last].title')::text, 2000), ' ',
    left(jsonb_path_query_array(known.positions, '$[1 to last].companyName')::text, 2000))),
  chr(31));

-- A candidate's document also has what is known of its member, so that a pair is found by the words of either,
-- and the slips of its own name, marked %: a company's names must not stand in a list that all share.
create function candidate_document(person candidate, known member) returns tsvector
language plpgsql immutable parallel safe
as $$
declare
  prefix constant text := search_prefix(person.company_id);
  own constant text[] := string_to_array(search_words(concat(
    person.first_name, ' ', person.last_name, chr(31),
    person.current_job_title, chr(31),
    person.current_company_name, chr(31),
    person.addresses -> 0 ->> 'city', ' ', person.addresses -> 0 ->> 'geographicArea')), chr(31));
  both_parts constant text[] := array(
    select concat_ws(' ', of_candidate, of_member)
    from unnest(own, case when known.urn is not null then search_parts(known) end)
      with ordinality as part (of_candidate, of_member, place)
    order by place);
  slips constant text[] := array(
    select '%' || prefix || slip
    from unnest(string_to_array(own[1], ' ')) as word
    cross join lateral unnest(search_slips(word)) as slip
    where length(word) between 3 and 30);
begin
  return search_document(prefix, both_parts, known.open_to_work) || array_to_tsvector(slips);
end
$$;

-- ---- members

drop index member_search;
alter table member drop column search_text;

create table member_search (
  urn text primary key,
  document tsvector not null
) with (toast_tuple_target = 8160);  -- a document is looked at for each hit, so it stays in its row
-- Additions wait in a list that each search reads too: long enough to load many quickly, short enough for that.
create index member_search_document on member_search using gin (document) with (gin_pending_list_limit = 1024);
grant select on member_search to rsc_service;

-- Every word of any member that is not closed, and every skill (with #), for words with a letter wrong.
create table member_word (
  word text collate "C" primary key,
  slips text[] generated always as (
    case when word like '#%' or length(word) not between 3 and 30 then '{}' else search_slips(word) end) stored
);
create index member_word_slips on member_word using gin (slips);
create index member_word_alike on member_word using gin (word gin_trgm_ops);
grant select on member_word to rsc_service;

-- ---- candidates

create table candidate_search (
  company_id uuid not null,
  candidate_id uuid not null,
  member_urn text,
  document tsvector not null,
  primary key (company_id, candidate_id),
  foreign key (company_id, candidate_id) references candidate on delete cascade
) with (toast_tuple_target = 8160);
create index candidate_search_of_member on candidate_search (company_id, member_urn);
create index candidate_search_document on candidate_search using gin (document) with (gin_pending_list_limit = 1024);
alter table candidate_search enable row level security;
create policy of_bound_company on candidate_search to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));
grant select on candidate_search to rsc_service;

-- The only way to search among candidates with an index: as the owner, whom no policy binds, and for no other
-- company than the connection is bound to. `wanted` must have that company's prefix. `offset 0` keeps the
-- planner from reading all tags or applications at once instead of those of a hit.
create function search_candidates(
  of_company uuid, wanted tsquery, unwanted tsquery, tag_name text, stage_name text, at_most integer
) returns table (candidate_id uuid, member_urn text, document tsvector)
language plpgsql stable rows 1000 security definer
set search_path = public
as $$
begin
  if of_company is distinct from bound_company() then
    return;
  end if;
  return query
    select s.candidate_id, s.member_urn, s.document
    from candidate_search s
    where s.company_id = of_company and s.document @@ wanted and not s.document @@ unwanted
      and (tag_name is null or exists (
        select from candidate_tag tagging
        join tag tagged on tagged.company_id = tagging.company_id and tagged.id = tagging.tag_id
        where tagging.company_id = s.company_id and tagging.candidate_id = s.candidate_id
          and tagged.name = tag_name
        offset 0))
      and (stage_name is null or exists (
        select from application applied
        where applied.company_id = s.company_id and applied.candidate_id = s.candidate_id
          and applied.stage = stage_name
        offset 0))
    limit at_most;
end
$$;
revoke execute on function search_candidates from public;
grant execute on function search_candidates to rsc_service;

-- ---- how they become searchable

create function refresh_candidate_search(of_company uuid, ids uuid[]) returns void
language sql security definer
set search_path = public
as $$
  insert into candidate_search as s (company_id, candidate_id, member_urn, document)
  select c.company_id, c.id, c.match_member_urn, candidate_document(c, m)
  from unnest(ids) as asked (id)
  join candidate c on c.company_id = of_company and c.id = asked.id
  left join member m on m.urn = c.match_member_urn and not m.is_closed
  on conflict (company_id, candidate_id) do update
  set member_urn = excluded.member_urn, document = excluded.document
  where (s.member_urn, s.document) is distinct from (excluded.member_urn, excluded.document)
$$;
revoke execute on function refresh_candidate_search from public;

create function candidate_becomes_searchable() returns trigger
language plpgsql security definer
set search_path = public
as $$
begin
  if tg_op = 'INSERT' then
    perform refresh_candidate_search(company_id, array_agg(id)) from new_candidate group by company_id;
  else
    perform refresh_candidate_search(n.company_id, array_agg(n.id))
    from new_candidate n
    join old_candidate o on o.company_id = n.company_id and o.id = n.id
    where (n.first_name, n.last_name, n.current_job_title, n.current_company_name, n.addresses, n.match_member_urn)
      is distinct from
      (o.first_name, o.last_name, o.current_job_title, o.current_company_name, o.addresses, o.match_member_urn)
    group by n.company_id;
  end if;
  return null;
end
$$;
create trigger searchable_when_added after insert on candidate
  referencing new table as new_candidate
  for each statement execute function candidate_becomes_searchable();
create trigger searchable_when_changed after update on candidate
  referencing old table as old_candidate new table as new_candidate
  for each statement execute function candidate_becomes_searchable();

-- Brings to date what is derived of these members: their documents, the words, the documents of whoever is
-- matched to them. `known_before` is false where none of them had a document yet.
create function refresh_member_search(urns text[], known_before boolean) returns void
language plpgsql security definer
set search_path = public
as $$
declare
  lost text[] := '{}';
begin
  if known_before then
    with gone as (
      delete from member_search s using unnest(urns) as asked (urn) where s.urn = asked.urn returning s.document
    )
    select coalesce(array_agg(distinct word), '{}') into lost
    from gone cross join lateral unnest(tsvector_to_array(gone.document)) as word;
  end if;
  with made as (
    insert into member_search (urn, document)
    select m.urn, search_document('', search_parts(m), m.open_to_work)
    from unnest(urns) as asked (urn)
    join member m on m.urn = asked.urn and not m.is_closed
    returning document
  )
  insert into member_word (word)
  select distinct word
  from made
  cross join lateral unnest(tsvector_to_array(made.document)) as word
  where word !~ '^[@$&~=]'
  order by word  -- so that two at once do not wait for each other
  on conflict do nothing;
  -- A name that nobody has any more is not kept.
  delete from member_word w
  using unnest(lost) as gone (word)
  where w.word = gone.word
    and not exists (select from member_search s where s.document @@ ('''' || w.word || '''')::tsquery);
  perform refresh_candidate_search(c.company_id, array_agg(c.id))
  from company o
  cross join unnest(urns) as asked (urn)
  join candidate c on c.company_id = o.company_id and c.match_member_urn = asked.urn
  group by c.company_id;
end
$$;
revoke execute on function refresh_member_search from public;

create function member_becomes_searchable() returns trigger
language plpgsql security definer
set search_path = public
as $$
declare
  urns text[];
begin
  if tg_op = 'INSERT' then
    select array_agg(urn) into urns from new_member;
  elsif tg_op = 'DELETE' then
    select array_agg(urn) into urns from old_member;
  else
    -- As names in a full join, so that a member whose URN changed is both one that came and one that went.
    select array_agg(urn) into urns
    from new_member n
    full join old_member o using (urn)
    where (n.first_name, n.last_name, n.headline, n.location, n.industry, n.open_to_work, n.is_closed,
        n.positions, n.skills)
      is distinct from
      (o.first_name, o.last_name, o.headline, o.location, o.industry, o.open_to_work, o.is_closed,
        o.positions, o.skills);
  end if;
  if urns is not null then
    perform refresh_member_search(urns, tg_op <> 'INSERT');
  end if;
  return null;
end
$$;
create trigger searchable_when_added after insert on member
  referencing new table as new_member
  for each statement execute function member_becomes_searchable();
create trigger searchable_when_changed after update on member
  referencing old table as old_member new table as new_member
  for each statement execute function member_becomes_searchable();
create trigger searchable_when_deleted after delete on member
  referencing old table as old_member
  for each statement execute function member_becomes_searchable();

-- ---- for which jobs members are to be ranked

-- One row for each LISTED job. A job that is new or says something else is due at once; after each ranking it
-- is due again some time later, because members change too.
create table job_ranking (
  company_id uuid not null,
  job_id uuid not null,
  due_at timestamptz not null
    constraint job_ranking_due_at_sayable
    check (due_at >= '1900-01-01 00:00:00Z' and due_at < '10000-01-01 00:00:00Z'),
  primary key (company_id, job_id),
  foreign key (company_id, job_id) references job on delete cascade
);
create index job_ranking_by_time on job_ranking (company_id, due_at);
alter table job_ranking enable row level security;
create policy of_bound_company on job_ranking to rsc_service
  using (company_id = (select bound_company()))
  with check (company_id = (select bound_company()));
grant select, insert, update, delete on job_ranking to rsc_service;

create function job_wants_ranking() returns trigger
language plpgsql
as $$
begin
  if new.state = 'LISTED' then
    insert into job_ranking (company_id, job_id, due_at) values (new.company_id, new.id, now())
    on conflict (company_id, job_id) do update set due_at = excluded.due_at;
  else
    delete from job_ranking r where r.company_id = new.company_id and r.job_id = new.id;
  end if;
  return null;
end
$$;
create trigger ranking_when_added after insert on job
  for each row execute function job_wants_ranking();
create trigger ranking_when_changed after update on job
  for each row
  when ((old.title, old.description, old.location, old.state)
    is distinct from (new.title, new.description, new.location, new.state))
  execute function job_wants_ranking();

-- Whose jobs are due, of companies whose data are in use. Whoever ranks asks before it is bound to a company.
create function companies_to_rank(at_most integer) returns setof uuid
language sql volatile security definer
set search_path = public
as $$
  select c.company_id
  from company c
  where exists (select from job_ranking r where r.company_id = c.company_id and r.due_at <= now())
    and exists (
      select from integration i where i.company_id = c.company_id and i.state in ('SYNCING', 'LIVE'))
  order by random()  -- so that no company waits behind the others for ever
  limit at_most
$$;
revoke execute on function companies_to_rank from public;
grant execute on function companies_to_rank to rsc_service;

-- ---- what is there already



select refresh_member_search(array(select urn from member), false);
select refresh_candidate_search(company_id, array_agg(id)) from candidate group by company_id;
insert into job_ranking (company_id, job_id, due_at)
select company_id, id, now() from job where state = 'LISTED';
