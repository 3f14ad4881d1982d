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
    failure_as(output, error, error.kind().exit_code(), as_json)
}

/// As [`failure`], where the exit code is not that of the error's kind.
///
/// # Errors
/// As [`failure`].
pub(crate) fn failure_as(output: &Output, error: &Error, exit_code: u8, as_json: bool) -> Result<()> {
    if as_json {
        let mut told = error_to_json(error);
        told["exit_code"] = exit_code.into();
        output.json(&json!({ "schema": 1, "error": told }))?;
    }
    output.clear_bars();
    output.error(error);
    Ok(())
}
