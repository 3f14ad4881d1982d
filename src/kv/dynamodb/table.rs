//! Making the table: on demand, with the sweeper told where the expiry stands.

use super::{Dynamodb, Reply};
use crate::error::{Error, Result};
use crate::kv::driver::{missing, refused};
use serde_json::json;
use std::time::{Duration, Instant};

/// How long a new table may take, and how often it is looked at.
const PATIENCE: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(100);

impl Dynamodb {
    /// Makes the table, or waits for another who makes it.
    pub(super) fn make_table(&self) -> Result<()> {
        if !self.may_create {
            return Err(self.no_table());
        }
        let key = &self.names.0.key;
        let table = json!({
            "TableName": self.table,
            "AttributeDefinitions": [{ "AttributeName": key, "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }],
            "BillingMode": "PAY_PER_REQUEST",
        });
        let made = match self.ask("CreateTable", &table, false)? {
            Ok(_) => true,
            Err(refusal) if refusal.code == "ResourceInUseException" => false,
            Err(refusal) => {
                return Err(self.refused(&refusal).context(format!("cannot make the table `{}`", self.table)));
            }
        };
        let start = Instant::now();
        while !self.is_active()? {
            if start.elapsed() > PATIENCE {
                return Err(refused(format!("the table `{}` is not ready after {} s", self.table, PATIENCE.as_secs())));
            }
            std::thread::sleep(PAUSE);
        }
        if made {
            let sweeper = json!({ "Enabled": true, "AttributeName": self.names.0.expires });
            let body = json!({ "TableName": self.table, "TimeToLiveSpecification": sweeper });
            // Without a sweeper what has expired takes room, and is seen by nobody all the same.
            let _ = self.ask("UpdateTimeToLive", &body, true)?;
        }
        Ok(())
    }

    fn is_active(&self) -> Result<bool> {
        let Reply::Done(told) = self.call("DescribeTable", json!({}), true)? else { return Ok(false) };
        Ok(told.get("Table").and_then(|table| table.get("TableStatus")).is_some_and(|status| status == "ACTIVE"))
    }

    pub(super) fn no_table(&self) -> Error {
        missing(&format!("the table `{}`", self.table))
    }
}
