//! `DynamoDB` and what speaks its protocol: an item an entry, every condition decided by the table.
//!
//! An item has the key (a string), the value (bytes, or a number where it is a decimal one, so that `ADD` counts it),
//! the expiry (seconds, rounded up, for the table's own sweeper) and two fields of ours: `dl` (a byte that tells
//! wrapped from plain, then a random revision) and `dl_until` (the expiry to the microsecond). Items that others wrote
//! have only the first three.

mod item;
mod table;

use crate::clock::Timestamp;
use crate::error::{Error, Result};
use crate::kv::address::Address;
use crate::kv::aws::{self, Ask, Service};
use crate::kv::driver::{Abilities, Condition, Count, Driver, Entry, Listed, Record, Stat};
use crate::kv::fields::{self, Fields};
use crate::kv::open::Options;
use http::Method;
use item::{Expression, Names};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// An item has at most 400 KiB, names and key included.
const LARGEST_VALUE_BYTES: usize = 400_000;
const LONGEST_KEY_BYTES: usize = 2048;
/// The largest answer: 16 MB of items, in base64.
const LARGEST_ANSWER_BYTES: usize = 64 << 20;
/// The service's own limits for one request.
const MOST_READ: usize = 100;
const MOST_WRITTEN: usize = 25;
/// How often what was left undone of a batch is asked again, and how often an increment may find that its item changed.
const TRIES: u32 = 64;
const PAUSE: Duration = Duration::from_millis(20);

/// A table.
#[derive(Debug)]
pub(super) struct Dynamodb {
    service: Service,
    table: String,
    names: Names,
    may_create: bool,
}

/// What came of a request.
enum Reply {
    Done(Map<String, Value>),
    ConditionFailed,
    NoTable,
}

/// The words of a refusal.
struct Refusal {
    code: String,
    message: String,
    status: u16,
}

impl Dynamodb {
    /// The table of the URL.
    ///
    /// # Errors
    /// Usage: options that are wrong.
    pub(super) fn new(address: &Address, options: &Options) -> Result<Self> {
        address.only(&["region", "endpoint", "token", "create", "key", "value", "expires"])?;
        let table = aws::name_of(address)?;
        let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if !(3..=255).contains(&table.len()) || !table.bytes().all(fits) {
            return Err(Error::usage(format!("`{table}` is no name for a table"))
                .hint("expected 3 to 255 letters, digits, `-`, `_` and `.`"));
        }
        let service = Service::new("dynamodb", address, options, |region| format!("dynamodb.{region}.amazonaws.com"))?;
        let names = Names(Fields::of(address, "key", &[fields::OWN, item::UNTIL])?);
        Ok(Self { service, table, names, may_create: address.may_create()? })
    }

    /// Sends a request; `Err` inside: the service's own words.
    fn ask(&self, action: &str, body: &Value, repeatable: bool) -> Result<Result<Map<String, Value>, Refusal>> {
        let headers = vec![
            ("content-type".to_owned(), "application/x-amz-json-1.0".to_owned()),
            ("x-amz-target".to_owned(), format!("DynamoDB_20120810.{action}")),
        ];
        let body = body.to_string().into();
        let ask = Ask { method: Method::POST, path: "/".to_owned(), query: Vec::new(), headers, body, repeatable };
        let answer = self.service.send(&ask, LARGEST_ANSWER_BYTES)?;
        let status = answer.status;
        match serde_json::from_slice(answer.bytes()) {
            Ok(Value::Object(object)) if answer.is_success() => Ok(Ok(object)),
            Ok(Value::Object(object)) => {
                let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
                let code = text("__type").rsplit('#').next().unwrap_or_default().to_owned();
                let message = [text("message"), text("Message")].concat();
                Ok(Err(Refusal { code, message, status }))
            }
            _ => Err(self.service.refusal(format!("status {status}, and nothing that DynamoDB would say"), status)),
        }
    }

    fn refused(&self, refusal: &Refusal) -> Error {
        self.service.refusal(format!("{}: {}", refusal.code, refusal.message), refusal.status)
    }

    fn call(&self, action: &str, mut body: Value, repeatable: bool) -> Result<Reply> {
        body["TableName"] = self.table.as_str().into();
        self.reply(action, &body, repeatable)
    }

    fn reply(&self, action: &str, body: &Value, repeatable: bool) -> Result<Reply> {
        match self.ask(action, body, repeatable)? {
            Ok(done) => Ok(Reply::Done(done)),
            Err(refusal) => match refusal.code.as_str() {
                "ConditionalCheckFailedException" => Ok(Reply::ConditionFailed),
                "ResourceNotFoundException" => Ok(Reply::NoTable),
                _ => Err(self.refused(&refusal)),
            },
        }
    }

    /// A write; the table is made for it where it is missing. Whether the condition held.
    fn write(&self, action: &str, body: &Value, repeatable: bool) -> Result<Option<Map<String, Value>>> {
        for _ in 0..TRIES {
            match self.call(action, body.clone(), repeatable)? {
                Reply::Done(done) => return Ok(Some(done)),
                Reply::ConditionFailed => return Ok(None),
                Reply::NoTable => self.make_table()?,
            }
        }
        Err(self.no_table())
    }

    fn key(&self, key: &[u8]) -> Result<Value> {
        let text = std::str::from_utf8(key).map_err(|_| Error::usage("DynamoDB takes no key that is not UTF-8"))?;
        Ok(json!({ (&self.names.0.key): { "S": text } }))
    }

    fn item(&self, key: &[u8]) -> Result<Option<Map<String, Value>>> {
        match self.call("GetItem", json!({ "Key": self.key(key)?, "ConsistentRead": true }), true)? {
            Reply::Done(mut done) => Ok(item::object(done.remove("Item"))),
            _ => Ok(None),
        }
    }

    /// One batch of reads: items by key, whatever their order.
    fn read_batch(&self, keys: &[&[u8]], found: &mut BTreeMap<Vec<u8>, Entry>) -> Result<()> {
        let all = keys.iter().map(|key| self.key(key)).collect::<Result<Vec<_>>>()?;
        let mut wanted = json!({ (&self.table): { "Keys": all, "ConsistentRead": true } });
        for _ in 0..TRIES {
            let Reply::Done(mut done) = self.reply("BatchGetItem", &json!({ "RequestItems": wanted }), true)? else {
                return Ok(());
            };
            let items = done.get_mut("Responses").and_then(|all| all.get_mut(&self.table)).map(Value::take);
            for item in item::array(items).into_iter().filter_map(|item| item::object(Some(item))) {
                if let (Some(key), Some(entry)) = (self.names.key_of(&item), self.names.entry(&item, Timestamp::now()))
                {
                    found.insert(key, entry);
                }
            }
            match done.remove("UnprocessedKeys") {
                Some(left) if left.get(&self.table).is_some() => wanted = left,
                _ => return Ok(()),
            }
            std::thread::sleep(PAUSE);
        }
        Err(self.service.refusal("it left a batch undone again and again", 0))
    }

    /// Tells every item that the filter lets through, a page at a time.
    fn scan(
        &self,
        filter: &dyn Fn() -> Expression,
        fields: &str,
        each: &mut dyn FnMut(Map<String, Value>) -> Result<()>,
    ) -> Result<()> {
        let mut start = Value::Null;
        loop {
            let mut body = json!({ "ConsistentRead": true, "ProjectionExpression": fields });
            filter().fill(&self.names, &mut body, "FilterExpression", fields);
            if !start.is_null() {
                body["ExclusiveStartKey"] = start;
            }
            let Reply::Done(mut page) = self.call("Scan", body, true)? else { return Ok(()) };
            for item in item::array(page.remove("Items")) {
                item::object(Some(item)).map_or(Ok(()), &mut *each)?;
            }
            start = page.remove("LastEvaluatedKey").unwrap_or_default();
            if start.is_null() {
                return Ok(());
            }
        }
    }

    fn remove_batch(&self, keys: &[Vec<u8>]) -> Result<()> {
        let request = |key: &Vec<u8>| Ok(json!({ "DeleteRequest": { "Key": self.key(key)? } }));
        let all = keys.iter().map(request).collect::<Result<Vec<_>>>()?;
        let mut wanted = json!({ (&self.table): all });
        for _ in 0..TRIES {
            let Reply::Done(mut done) = self.reply("BatchWriteItem", &json!({ "RequestItems": wanted }), true)? else {
                return Ok(());
            };
            match done.remove("UnprocessedItems") {
                Some(left) if left.get(&self.table).is_some() => wanted = left,
                _ => return Ok(()),
            }
            std::thread::sleep(PAUSE);
        }
        Err(self.service.refusal("it left a batch undone again and again", 0))
    }

    /// `ADD` on a live number that `dl` wrote and that has room; `None`: it is not such a one.
    fn add_to(&self, key: &[u8], by: i64) -> Result<Option<i64>> {
        let (low, high) = if by < 0 { (i64::MIN - by, i64::MAX) } else { (i64::MIN, i64::MAX - by) };
        let condition = Expression::live(Timestamp::now())
            .and("attribute_type(#v, :number) AND attribute_exists(#d) AND #v BETWEEN :low AND :high")
            .with(":number", json!({ "S": "N" }))
            .with(":low", item::number_of(low))
            .with(":high", item::number_of(high))
            .with(":by", item::number_of(by))
            .with(":d", item::revision(false)?);
        let update = "ADD #v :by SET #d = :d";
        let mut body = json!({ "Key": self.key(key)?, "UpdateExpression": update, "ReturnValues": "ALL_NEW" });
        condition.fill(&self.names, &mut body, "ConditionExpression", update);
        let Reply::Done(mut done) = self.call("UpdateItem", body, false)? else { return Ok(None) };
        let value = item::object(done.remove("Attributes"))
            .and_then(|new| new.get(&self.names.0.value)?.get("N")?.as_str()?.parse().ok());
        value.map(Some).ok_or_else(|| self.service.refusal("it did not say what an increment came to", 0))
    }
}

impl Driver for Dynamodb {
    fn abilities(&self) -> Abilities {
        let largest_value = Some(LARGEST_VALUE_BYTES);
        Abilities { counters: true, picks_keys: true, largest_value, ..Abilities::PLAIN }
    }

    fn takes_key(&self, key: &[u8]) -> bool {
        (1..=LONGEST_KEY_BYTES).contains(&key.len()) && std::str::from_utf8(key).is_ok()
    }

    fn ping(&self) -> Result<()> {
        self.call("DescribeTable", json!({}), true).map(|_| ())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>> {
        Ok(self.item(key)?.and_then(|item| self.names.entry(&item, Timestamp::now())))
    }

    fn get_many(&self, keys: &[&[u8]]) -> Result<Vec<Option<Entry>>> {
        let mut unique = keys.to_vec();
        unique.sort_unstable();
        unique.dedup();
        let mut found = BTreeMap::new();
        unique.chunks(MOST_READ).try_for_each(|batch| self.read_batch(batch, &mut found))?;
        Ok(keys.iter().map(|key| found.get(*key).cloned()).collect())
    }

    fn stat(&self, key: &[u8]) -> Result<Option<Stat>> {
        Ok(self.get(key)?.and_then(Entry::stat))
    }

    fn put(&self, key: &[u8], record: Record<'_>, condition: Condition<'_>) -> Result<bool> {
        let now = Timestamp::now();
        let mut body = json!({ "Item": self.names.item(self.key(key)?, record)? });
        match condition {
            Condition::Always => {}
            Condition::Absent => Expression::absent(now).fill(&self.names, &mut body, "ConditionExpression", ""),
            Condition::Is(version) => {
                let Some(same) = Expression::same(version) else { return Ok(false) };
                same.fill(&self.names, &mut body, "ConditionExpression", "");
            }
        }
        Ok(self.write("PutItem", &body, matches!(condition, Condition::Always))?.is_some())
    }

    fn delete(&self, key: &[u8]) -> Result<bool> {
        let mut body = json!({ "Key": self.key(key)? });
        Expression::live(Timestamp::now()).and("attribute_exists(#k)").fill(
            &self.names,
            &mut body,
            "ConditionExpression",
            "",
        );
        Ok(matches!(self.call("DeleteItem", body, false)?, Reply::Done(_)))
    }

    fn count(&self, key: &[u8], by: i64, _: Option<Timestamp>) -> Result<Count> {
        // Where it is missing, or no number that can be added to, whoever asks looks, and replaces what was seen.
        Ok(self.add_to(key, by)?.map_or(Count::Unreadable, Count::Is))
    }

    fn list(&self, prefix: &[u8], detail: bool, each: &mut dyn FnMut(Listed) -> Result<()>) -> Result<()> {
        let now = Timestamp::now();
        let fields = if detail { "#k, #v, #e, #d, #u" } else { "#k" };
        self.scan(&|| Expression::live(now).below(prefix), fields, &mut |item| {
            let Some(key) = self.names.key_of(&item).filter(|key| key.starts_with(prefix)) else { return Ok(()) };
            let stat = if detail { self.names.entry(&item, now).and_then(Entry::stat) } else { None };
            each(Listed { key, stat })
        })
    }

    fn clear(&self, prefix: &[u8]) -> Result<bool> {
        let mut batch = Vec::new();
        self.scan(&|| Expression::default().below(prefix), "#k", &mut |item| {
            batch.extend(self.names.key_of(&item).filter(|key| key.starts_with(prefix)));
            if batch.len() < MOST_WRITTEN { Ok(()) } else { self.remove_batch(&std::mem::take(&mut batch)) }
        })?;
        if !batch.is_empty() {
            self.remove_batch(&batch)?;
        }
        Ok(true)
    }
}
