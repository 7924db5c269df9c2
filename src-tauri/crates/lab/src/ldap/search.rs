//! Search: scopes, pages, ranges of values, and attributes that are made when they are asked for.

use ldap3_proto::control::LdapControl;
use ldap3_proto::proto::{
    LdapFilter, LdapMsg, LdapOp, LdapPartialAttribute, LdapResultCode, LdapSearchRequest,
    LdapSearchResultEntry, LdapSearchResultReference, LdapSearchScope,
};

use super::entries::{Directory, Entry};
use super::modify::{bad_name, no_object};
use super::schema::{self, Origin, Schema};
use super::{filter, name, not_bound, objects, result};
use crate::org::BASE_DN;
use crate::world::World;

/// Active Directory's MaxPageSize: without pages a search ends here.
const LARGEST_PAGE: usize = 1000;
/// The part of a security descriptor that this account may not read.
const AUDIT_LIST: i32 = 8;
/// Whoever does not say which parts are wanted asks for that part too, and gets nothing.
const DESCRIPTOR: &str = "nTSecurityDescriptor";
/// Its MaxValRange: of an attribute with more values, so many at a time.
const LARGEST_RANGE: usize = 1500;

pub(super) fn search(
    world: &World,
    signed_in: bool,
    id: i32,
    request: &LdapSearchRequest,
    controls: &[LdapControl],
) -> Vec<LdapMsg> {
    let done = |result| vec![LdapMsg::new(id, LdapOp::SearchResultDone(result))];
    let directory = world
        .store
        .read(|state| Directory::of(&world.directory, state));
    if request.base.is_empty() && request.scope == LdapSearchScope::Base {
        let writes = world.store.read(|state| state.directory_writes);
        let root = objects::root(world.directory.usn(writes));
        let mut answers = Vec::new();
        // The root has no class of its own, and is there all the same.
        let there = matches!(&request.filter, LdapFilter::Present(name) if name.eq_ignore_ascii_case("objectClass"));
        if there || filter::matches(&request.filter, &root, &directory) {
            answers.push(LdapMsg::new(id, root_entry(request, &root)));
        }
        answers.extend(done(result(LdapResultCode::Success, "")));
        return answers;
    }
    if !signed_in {
        return done(not_bound());
    }
    if request.base.is_empty() {
        return done(no_object());
    }
    let Some(base) = name::normal(&request.base) else {
        return done(bad_name());
    };
    let Some(base) = directory.get(&base) else {
        return done(no_object());
    };
    let found: Vec<&Entry> = directory
        .under(base, &request.scope)
        .into_iter()
        .filter(|entry| filter::matches(&request.filter, entry, &directory))
        .collect();
    let descriptors = controls.iter().any(
        |control| matches!(control, LdapControl::SdFlags { flags, .. } if flags & AUDIT_LIST == 0),
    );
    let page = controls.iter().find_map(|control| match control {
        LdapControl::SimplePagedResults { size, cookie } => Some((*size, cookie)),
        _ => None,
    });
    // The cookie is where the next page starts. Entries come in a fixed order and are never added.
    let from = match page {
        Some((_, cookie)) if !cookie.is_empty() => std::str::from_utf8(cookie)
            .ok()
            .and_then(|text| text.parse::<usize>().ok()),
        _ => Some(0),
    };
    let Some(from) = from else {
        return done(result(
            LdapResultCode::UnavailableCriticalExtension,
            "00002057: LdapErr: DSID-0C0907CA, comment: the paging cookie is not one of ours",
        ));
    };
    let most = page
        .map_or(LARGEST_PAGE, |(size, _)| usize::try_from(size).unwrap_or(0))
        .clamp(0, LARGEST_PAGE);
    let limit = usize::try_from(request.sizelimit)
        .ok()
        .filter(|limit| *limit > 0);
    let mut answers: Vec<LdapMsg> = found
        .iter()
        .skip(from)
        .take(most.min(limit.unwrap_or(usize::MAX)))
        .map(|found| LdapMsg::new(id, entry(request, found, &directory, descriptors)))
        .collect();
    let next = from + answers.len();
    let more = next < found.len();
    let exceeded = more && (page.is_none() || limit.is_some_and(|limit| answers.len() >= limit));
    let code = if exceeded {
        LdapResultCode::SizeLimitExceeded
    } else {
        LdapResultCode::Success
    };
    if !more && base.dn == BASE_DN && request.scope == LdapSearchScope::Subtree {
        // What lies below the domain in the tree and is not in it.
        let configuration = format!("ldap://nordvik.example/{}", objects::CONFIGURATION);
        answers.push(LdapMsg::new(
            id,
            LdapOp::SearchResultReference(LdapSearchResultReference {
                uris: vec![configuration],
            }),
        ));
    }
    let mut last = LdapMsg::new(id, LdapOp::SearchResultDone(result(code, "")));
    if page.is_some() {
        last.ctrl.push(LdapControl::SimplePagedResults {
            size: 0,
            cookie: if more && most > 0 {
                next.to_string().into_bytes()
            } else {
                Vec::new()
            },
        });
    }
    answers.push(last);
    answers
}

/// From the first of these values to the last, or to the end.
type Range = (usize, Option<usize>);

/// What is asked for.
struct Wanted<'a> {
    /// Everything that is kept.
    all: bool,
    /// By name, with the range of values that is wanted.
    named: Vec<(&'a str, Option<Range>)>,
}

impl<'a> Wanted<'a> {
    fn of(request: &'a LdapSearchRequest) -> Self {
        Self {
            all: request.attrs.is_empty() || request.attrs.iter().any(|name| name == "*"),
            named: request.attrs.iter().map(|name| ranged(name)).collect(),
        }
    }

    /// Whether an attribute is wanted, and which of its values.
    fn find(&self, name: &str) -> Option<Option<Range>> {
        self.named
            .iter()
            .find(|(asked, _)| asked.eq_ignore_ascii_case(name))
            .map(|(_, range)| *range)
    }
}

/// `member;range=0-1499`, `member;range=1500-*`: the name and the range.
fn ranged(asked: &str) -> (&str, Option<Range>) {
    let Some((name, option)) = asked.split_once(';') else {
        return (asked, None);
    };
    let range = option
        .get(..6)
        .filter(|start| start.eq_ignore_ascii_case("range="))
        .and_then(|_| option.get(6..)?.split_once('-'))
        .and_then(|(from, to)| {
            let to = if to == "*" {
                None
            } else {
                Some(to.parse().ok()?)
            };
            Some((from.parse().ok()?, to))
        });
    (name, range)
}

fn root_entry(request: &LdapSearchRequest, root: &Entry) -> LdapOp {
    let wanted = Wanted::of(request);
    let shown = root
        .attributes
        .values()
        .filter(|(name, _)| wanted.all || wanted.find(name).is_some())
        .map(|(name, values)| partial(request, name.clone(), values.clone()))
        .collect();
    LdapOp::SearchResultEntry(LdapSearchResultEntry {
        dn: String::new(),
        attributes: shown,
    })
}

/// The attributes asked for.
fn entry(
    request: &LdapSearchRequest,
    entry: &Entry,
    directory: &Directory,
    descriptors: bool,
) -> LdapOp {
    let wanted = Wanted::of(request);
    let mut attributes = Vec::new();
    let kept = entry
        .attributes
        .values()
        .map(|(name, values)| (name.as_str(), values.clone()))
        .filter(|(name, _)| descriptors || *name != DESCRIPTOR);
    let linked = schema::back_links()
        .filter(|(back, _)| back.stands_on(entry))
        .filter(|(back, _)| wanted.all || wanted.find(back.name).is_some())
        .map(|(back, _)| (back.name, directory.values(entry, back.name)));
    for (name, values) in kept.chain(linked) {
        match wanted.find(name) {
            _ if values.is_empty() => {}
            Some(Some(range)) => attributes.extend(part(request, name, values, range)),
            Some(None) => attributes.extend(whole(request, name, values)),
            None if wanted.all => attributes.extend(whole(request, name, values)),
            None => {}
        }
    }
    for (asked, _) in &wanted.named {
        let constructed = directory
            .schema()
            .attribute(asked)
            .filter(|attribute| attribute.origin == Origin::Constructed)
            .map(|attribute| {
                (
                    attribute.name,
                    constructed(attribute.name, entry, directory.schema()),
                )
            });
        if let Some((name, values)) = constructed
            && !values.is_empty()
        {
            attributes.push(partial(request, name.to_owned(), values));
        }
    }
    LdapOp::SearchResultEntry(LdapSearchResultEntry {
        dn: entry.dn.clone(),
        attributes,
    })
}

fn constructed(name: &str, entry: &Entry, schema: Schema) -> Vec<Vec<u8>> {
    match name {
        "allowedAttributes" => schema.allowed(entry),
        "allowedAttributesEffective" => schema.effective(entry),
        "canonicalName" => vec![objects::canonical_name(&entry.dn).into_bytes()],
        "createTimeStamp" => entry.values("whenCreated").to_vec(),
        "modifyTimeStamp" => entry.values("whenChanged").to_vec(),
        // The most special class comes last.
        "structuralObjectClass" => entry
            .values("objectClass")
            .iter()
            .rev()
            .take(1)
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}

/// All values, or as many as one answer holds.
fn whole(
    request: &LdapSearchRequest,
    name: &str,
    values: Vec<Vec<u8>>,
) -> Vec<LdapPartialAttribute> {
    if values.len() <= LARGEST_RANGE {
        return vec![partial(request, name.to_owned(), values)];
    }
    let mut both = vec![partial(request, name.to_owned(), Vec::new())];
    both.extend(part(request, name, values, (0, None)));
    both
}

/// A range of the values, named in the attribute's name; the last one ends in `*`.
fn part(
    request: &LdapSearchRequest,
    name: &str,
    values: Vec<Vec<u8>>,
    (from, to): Range,
) -> Option<LdapPartialAttribute> {
    let wanted = to.map_or(LARGEST_RANGE, |to| {
        to.saturating_add(1).saturating_sub(from)
    });
    let total = values.len();
    let shown: Vec<Vec<u8>> = values
        .into_iter()
        .skip(from)
        .take(wanted.min(LARGEST_RANGE))
        .collect();
    let end = from.checked_add(shown.len())?.checked_sub(1)?;
    if shown.is_empty() {
        return None;
    }
    let last = if end + 1 >= total {
        "*".to_owned()
    } else {
        end.to_string()
    };
    Some(partial(
        request,
        format!("{name};range={from}-{last}"),
        shown,
    ))
}

fn partial(
    request: &LdapSearchRequest,
    name: String,
    values: Vec<Vec<u8>>,
) -> LdapPartialAttribute {
    LdapPartialAttribute {
        atype: name,
        vals: if request.typesonly {
            Vec::new()
        } else {
            values
        },
    }
}
