-- Why: an ATS candidate is matched to a member by profile URL, e-mail, phone and name. The contact data that
-- LinkedIn knows of its members is used for that only and never shown, so it stands apart from `member`.

-- `value_key` is the normal form that app/matching/keys.py makes: an e-mail in lower case, a phone as E.164.
create table member_contact (
  member_urn text not null check (member_urn ~ '^urn:li:person:[A-Za-z0-9_-]{1,100}$'),
  kind text not null check (kind in ('EMAIL', 'PHONE')),
  value_key text not null check (value_key <> '' and length(value_key) <= 320),
  primary key (kind, value_key, member_urn)
);
create index member_contact_of_member on member_contact (member_urn);
grant select, insert, update, delete on member_contact to rsc_service;

-- The functions below are ways to find rows by an index, no more: what counts as the same profile or
-- the same name is decided in app/matching. They must stay immutable, since they are indexed.

-- The part of a profile URL that names the member, in lower case and percent-encoded as LinkedIn has it.
create function member_profile_slug(url text) returns text
language sql immutable parallel safe
return lower(left(substring(url from '/in/([^/?#]+)'), 600));
create index member_by_profile_slug on member (member_profile_slug(public_profile_url));

-- Words in ASCII lower case without accents. Punctuation is written out, because what the classes of
-- regular expressions contain depends on the cluster's locale, and in the C locale misses all but ASCII.
create function name_words(name text) returns text
language sql immutable parallel safe
return btrim(regexp_replace(lower(regexp_replace(
  normalize(replace(replace(replace(translate(name, 'øØłŁđĐ', 'oOlLdD'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), NFKD),
  '[\u0300-\u036f]', '', 'g')), '[\s!-/:-@\[-`{-~]+', ' ', 'g'));

-- First word of the given name and last word of the family name.
create function member_name_key(first_name text, last_name text) returns text
language sql immutable parallel safe
return left(
  substring(name_words(first_name) from '^[^ ]*') || ' '
    || coalesce(substring(name_words(last_name) from '[^ ]*$'), ''), 300);
create index member_by_name on member (member_name_key(first_name, last_name));
