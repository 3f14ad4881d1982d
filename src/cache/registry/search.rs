//! Searches: a `Query` as SQL. The text is put together from fixed pieces; every value is a bound parameter.

#[cfg(test)]
mod tests;

use crate::cache::condition::Condition;
use crate::cache::folder::Folder;
use crate::cache::item::Item;
use crate::cache::query::{Query, Sort};
use crate::cache::registry::compare::{self, Bound, Way, after};
use crate::cache::registry::connection::Outcome;
use crate::cache::registry::item::Named;
use crate::cache::registry::{item, params};
use crate::clock::Timestamp;
use crate::descriptor::Key;
use crate::digest::Digest;
use rusqlite::Connection;
use rusqlite::types::Value;

/// From so many items on, a search for a few of them looks at items in their order rather than at all that an attribute's index has.
const DENSE_ITEMS: i64 = 20_000;

/// A question with its parameters.
#[derive(Debug)]
struct Question {
    conditions: Vec<String>,
    bound: Bound,
    /// Whether an index finds what is meant.
    selective: bool,
}

impl Question {
    /// `column IN (…)`, or nothing for an empty list.
    fn one_of(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            let condition = self.bound.one_of(column, values);
            self.conditions.push(condition);
            self.selective = true;
        }
    }

    /// As `one_of`, of what names items: rows are found by number and looked at again (`Named`).
    fn named(&mut self, column: &str, values: impl IntoIterator<Item = Value>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            let condition = self.bound.one_of(column, values);
            self.conditions.push(format!("i.id IN (SELECT id FROM items WHERE {condition})"));
            self.selective = true;
        }
    }
}

/// Something of a query that an index may find, or most items may have.
enum Filter<'a> {
    /// One of these values in a column.
    OneOf(&'static str, Vec<Value>),
    UriGlobs(&'a [String]),
    NewerThan(Timestamp),
    OlderThan(Timestamp),
    Condition(&'a Condition),
}

impl Filter<'_> {
    fn sql(&self, bound: &mut Bound, folder: &Folder, way: Way) -> String {
        let plus = if way == Way::ByItem { "+" } else { "" };
        match self {
            Self::OneOf(column, values) => {
                let text = bound.one_of(&format!("{plus}{column}"), values.iter().cloned());
                let is_empty = |value: &Value| matches!(value, Value::Text(text) if text.is_empty());
                // A partial index is used only where it can be seen that it holds all that is wanted.
                let is_labelled = *column == LABEL && !values.iter().any(is_empty);
                if is_labelled { format!("{text} AND i.label <> ''") } else { text }
            }
            Self::UriGlobs(globs) => {
                let globs: Vec<String> = globs.iter().map(|g| bound.glob(&format!("{plus}i.uri"), g)).collect();
                format!("({})", globs.join(" OR "))
            }
            Self::NewerThan(time) => {
                let mark = bound.bind(time.0);
                format!("{plus}max(i.created_at, ifnull(i.validated_at, i.created_at)) >= {mark}")
            }
            Self::OlderThan(time) => format!("{plus}i.created_at < {}", bound.bind(time.0)),
            Self::Condition(condition) => compare::sql(bound, folder, condition, way),
        }
    }

    fn is_indexed(&self) -> bool {
        match self {
            Self::OneOf(column, values) => *column != VERSION && !values.contains(&Value::Text(String::new())),
            Self::UriGlobs(globs) => !globs.iter().any(|g| g.is_empty() || g.starts_with(['*', '?', '['])),
            Self::NewerThan(_) | Self::OlderThan(_) => true,
            Self::Condition(condition) => compare::is_indexed(condition),
        }
    }

    /// Whether so many items have it that reading items in their order finds some sooner than the index does.
    fn is_dense(&self, connection: &Connection, folder: &Folder) -> Outcome<bool> {
        let mut bound = Bound::default();
        let text = match self {
            Self::Condition(condition) => compare::candidates(&mut bound, folder, condition),
            other => format!("SELECT 1 FROM items i WHERE {}", other.sql(&mut bound, folder, Way::ByValue)),
        };
        let text = format!("SELECT count(*) FROM (SELECT 1 FROM ({text}) LIMIT {DENSE_ITEMS})");
        let mut statement = connection.prepare_cached(&text)?;
        let count: i64 = statement.query_row(rusqlite::params_from_iter(bound.0), |row| row.get(0))?;
        Ok(count >= DENSE_ITEMS)
    }
}

const VERSION: &str = "i.version";
const LABEL: &str = "i.label";

/// What of a query an index may find; its conditions come last.
fn filters(query: &Query) -> Vec<Filter<'_>> {
    let texts = |all: &[String]| all.iter().map(|t| Value::from(t.clone())).collect::<Vec<_>>();
    let exts = query.exts.iter().map(|e| Value::from(e.trim_start_matches('.').to_owned())).collect();
    let mut all = vec![
        Filter::OneOf(VERSION, query.versions.iter().copied().map(Value::from).collect()),
        Filter::OneOf("i.ext", exts),
        Filter::OneOf("i.filename", texts(&query.filenames)),
        Filter::OneOf(LABEL, texts(&query.labels)),
    ];
    all.retain(|filter| !matches!(filter, Filter::OneOf(_, values) if values.is_empty()));
    if !query.uri_globs.is_empty() {
        all.push(Filter::UriGlobs(&query.uri_globs));
    }
    all.extend(query.newer_than.map(Filter::NewerThan));
    all.extend(query.older_than.map(Filter::OlderThan));
    all.extend(query.conditions.iter().map(Filter::Condition));
    all
}

fn conditions(folder: &Folder, query: &Query, ways: &[Way]) -> Question {
    let mut asked = Question { conditions: Vec::new(), bound: Bound::default(), selective: false };
    asked.named("uri", query.uris.iter().map(|u| Value::from(u.clone())));
    asked.named("key", query.keys.iter().map(|k| Value::from(k.0.clone())));
    asked.one_of("i.id", query.ids.iter().copied().map(Value::from));
    for (name, value) in params::leaves(&query.params) {
        let (name, value) = (asked.bound.bind(name), asked.bound.bind(value));
        asked.conditions.push(format!("i.id IN (SELECT item FROM params WHERE name = {name} AND value = {value})"));
        asked.selective = true;
    }
    let mut wheres = Vec::new();
    for (filter, way) in filters(query).iter().zip(ways) {
        let text = filter.sql(&mut asked.bound, folder, *way);
        let is_where = matches!(filter, Filter::Condition(_));
        if is_where {
            wheres.push(text);
        } else {
            asked.conditions.push(text);
        }
        asked.selective |= *way == Way::ByValue;
    }
    if !wheres.is_empty() {
        asked.conditions.push(format!("({})", wheres.join(if query.any { " OR " } else { " AND " })));
    }
    if !query.statuses.is_empty() {
        let selective = asked.selective;
        asked.one_of("i.status", query.statuses.iter().map(|s| Value::from(s.number())));
        asked.selective = selective;
        if query.statuses.iter().all(|s| s.number() != 3) {
            asked.conditions.push("i.status <> 3".to_owned());
            asked.selective = true;
        }
    } else if !query.all && !query.conditions.iter().any(Condition::is_of_status) {
        asked.conditions.push("i.status >= 0".to_owned());
    }
    asked
}

fn question(folder: &Folder, query: &Query, select: &str, ways: &[Way]) -> (String, Vec<Value>) {
    let mut asked = conditions(folder, query, ways);
    let mut text = select.to_owned();
    if !asked.conditions.is_empty() {
        text += "WHERE ";
        text += &asked.conditions.join(" AND ");
    }
    text += &order(query.sort, query.reverse, asked.selective);
    if let Some(limit) = query.limit {
        let mark = asked.bound.bind(i64::try_from(limit).unwrap_or(i64::MAX));
        text += " LIMIT ";
        text += &mark;
    }
    (text, asked.bound.0)
}

/// How each filter is asked: by its index, or, where too many items have what it wants, by looking at items that others found, or
/// at all in their order until there are enough.
fn ways(connection: &Connection, folder: &Folder, query: &Query) -> Outcome<Vec<Way>> {
    let filters = filters(query);
    // An order that an index has can be followed until there are enough.
    let is_walk = query.limit.is_some() && !is_counter(query.sort);
    let is_named = !(query.keys.is_empty() && query.uris.is_empty() && query.ids.is_empty() && query.params.is_empty());
    if filters.len() == 1 && !is_walk && filters[0].is_indexed() {
        return Ok(vec![Way::ByValue]);
    }
    let mut wide = Vec::new();
    for filter in &filters {
        wide.push(is_named || !filter.is_indexed() || filter.is_dense(connection, folder)?);
    }
    let first = filters.len() - query.conditions.len();
    if query.any && wide[first..].contains(&true) {
        // One that means most items leaves the others nothing to find.
        wide[first..].fill(true);
    }
    if !is_walk && !is_named && !wide.contains(&false) {
        // One of them has to find the items, if it can.
        wide = filters.iter().map(|filter| !filter.is_indexed()).collect();
        if query.any && wide[first..].contains(&true) {
            wide[first..].fill(true);
        }
    }
    Ok(wide.into_iter().map(|wide| if wide { Way::ByItem } else { Way::ByValue }).collect())
}

const fn is_counter(sort: Sort) -> bool {
    matches!(sort, Sort::ReadCount | Sort::LastSearch | Sort::SearchCount)
}

/// The order. With a condition that an index answers, what it finds is sorted: the plus keeps `SQLite` from reading all items by their
/// ids to spare itself that.
fn order(sort: Sort, reverse: bool, selective: bool) -> String {
    let columns: &[&str] = match sort {
        Sort::Id => &[],
        Sort::Key => &["i.key", "i.version"],
        Sort::Version => &["i.version + 0"],
        Sort::Uri => &["i.uri"],
        Sort::Status => &["i.status + 0"],
        Sort::Filename => &["i.filename"],
        Sort::Ext => &["i.ext"],
        Sort::Label => &["i.label || ''"],
        Sort::Size => &["i.size"],
        Sort::Sha256 => &["i.sha256"],
        Sort::CreatedAt => &["i.created_at"],
        Sort::ModifiedAt => &["i.modified_at"],
        Sort::ValidatedAt => &["i.validated_at"],
        Sort::LastRead => &["ifnull(i.last_read, i.created_at)"],
        Sort::ReadCount => &["i.read_count"],
        Sort::LastSearch => &["i.last_search"],
        Sort::SearchCount => &["i.search_count"],
    };
    let direction = if reverse { " DESC" } else { "" };
    let plus = if selective { "+" } else { "" };
    let all: Vec<String> = columns.iter().chain(&["i.id"]).map(|c| format!("{plus}{c}{direction}")).collect();
    format!(" ORDER BY {}", all.join(", "))
}

/// Gives the items that a query means to `take`, in its order, until it says `true`.
pub(crate) fn each(
    connection: &Connection,
    folder: &Folder,
    query: &Query,
    take: &mut dyn FnMut(Item) -> bool,
) -> Outcome<()> {
    let (text, parameters) = question(folder, query, item::SELECT, &ways(connection, folder, query)?);
    let is_named = |item: &Item| {
        (query.keys.is_empty() || query.keys.contains(&item.key))
            && (query.uris.is_empty() || query.uris.contains(&item.uri))
    };
    let mut is_foreign = false;
    item::ask(connection, folder, &text, rusqlite::params_from_iter(parameters), &mut |item| {
        is_foreign = !is_named(&item);
        is_foreign || take(item)
    })?;
    if is_foreign { Err(item::misled()) } else { Ok(()) }
}

/// The items that a query means, in its order.
pub(crate) fn search(connection: &Connection, folder: &Folder, query: &Query) -> Outcome<Vec<Item>> {
    let mut all = Vec::new();
    each(connection, folder, query, &mut |item| {
        all.push(item);
        false
    })?;
    Ok(all)
}

/// The ids of the items that a query means, in its order.
pub(crate) fn ids(connection: &Connection, folder: &Folder, query: &Query) -> Outcome<Vec<i64>> {
    let (text, parameters) = question(folder, query, "SELECT i.id FROM items i ", &ways(connection, folder, query)?);
    let mut statement = connection.prepare(&text)?;
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(row.get(0)?);
    }
    Ok(all)
}

/// How many items a query means.
pub(crate) fn count(connection: &Connection, folder: &Folder, query: &Query) -> Outcome<u64> {
    let (text, parameters) = question(folder, query, "SELECT i.id FROM items i ", &ways(connection, folder, query)?);
    let mut statement = connection.prepare(&format!("SELECT count(*) FROM ({text})"))?;
    Ok(statement.query_row(rusqlite::params_from_iter(parameters), |row| row.get(0))?)
}

/// All versions of a URI, whatever the parameters, newest first.
pub(crate) fn by_uri(connection: &Connection, folder: &Folder, uri: &str) -> Outcome<Vec<Item>> {
    collect(connection, folder, Named::Uri(uri), NEWEST_MADE)
}

/// All versions of a key, newest first.
pub(crate) fn by_key(connection: &Connection, folder: &Folder, key: &Key) -> Outcome<Vec<Item>> {
    collect(connection, folder, Named::Key(key), "ORDER BY i.version DESC")
}

/// All items of a content, newest first.
pub(crate) fn by_digest(connection: &Connection, folder: &Folder, digest: &Digest) -> Outcome<Vec<Item>> {
    collect(connection, folder, Named::Digest(digest), NEWEST_MADE)
}

const NEWEST_MADE: &str = "ORDER BY i.created_at DESC, i.id DESC";

fn collect(connection: &Connection, folder: &Folder, name: Named<'_>, order: &str) -> Outcome<Vec<Item>> {
    let mut all = Vec::new();
    item::named(connection, folder, name, order, &mut |item| {
        all.push(item);
        false
    })?;
    Ok(all)
}

/// The keys that begin with a prefix, at most `limit`.
pub(crate) fn keys(connection: &Connection, prefix: &str, limit: i64) -> Outcome<Vec<Key>> {
    let end = after(prefix).unwrap_or_default();
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT key FROM items WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3")?;
    let mut rows = statement.query(rusqlite::params![prefix, end, limit])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(Key(row.get(0)?));
    }
    Ok(all)
}
