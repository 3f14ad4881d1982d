//! From an error to what is shown and to the exit code.

use super::output::Output;
use dl::error::{Error, Result};
use dl::manager::report::error_to_json;
use serde_json::json;

/// Shows a failure: on standard error for people, and with `--json` also in the result's place.
///
/// # Errors
/// Standard output cannot be written.
pub(crate) fn failure(output: &Output, error: &Error, as_json: bool) -> Result<()> {
    if as_json {
        output.json(&json!({ "schema": 1, "error": error_to_json(error) }))?;
    }
    output.clear_bars();
    output.error(error);
    Ok(())
}
