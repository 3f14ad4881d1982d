//! The rules of `dl` for bad input, bad networks and bad luck, each with the tests that show it. A rule that is not here is none;
//! a test that is renamed or goes must be replaced here.
//!
//! `file::test` is a test of `tests/it/file.rs`; a longer path is that of a unit test, as `cargo test --lib` names it.

use crate::support::named::is_a_test;

type Rules = &'static [(&'static str, &'static [&'static str])];

const SECRETS: Rules = &[
    (
        "which fields and query parameters are secret, in any case; the config file adds names",
        &[
            "secret::tests::headers_by_name_and_part",
            "secret::tests::urls_are_redacted_and_identified",
            "secrets::configured_names_are_secret_too",
        ],
    ),
    (
        "a credential joins the key under the cache's salt (0600), or by --auth-id",
        &[
            "keys::credentials_join_under_the_salt_of_the_cache",
            "descriptor::tests::credentials_join_salted_or_by_name_and_are_never_shown",
        ],
    ),
    (
        "a request without it never gets what it got",
        &["keys::what_was_fetched_with_a_credential_is_for_those_who_have_it"],
    ),
    ("an unsigned request never gets what a presigned one did", &["keys::signatures_leave_the_address"]),
    (
        "what a credential got is not shared unless that was said, and then a secret is needed",
        &["shared::what_a_credential_got_is_kept_back", "shared::tests::sharing_what_is_private_needs_a_secret"],
    ),
    ("an export leaves it out, but with the salt", &["secrets::exports_leave_out_what_a_credential_got"]),
    (
        "secret values and user info of addresses are on the wire only",
        &[
            "secrets::secrets_are_on_the_wire_only",
            "secrets::addresses_are_redacted_wherever_they_are_told",
            "secrets::an_interrupted_fetch_leaves_none_in_its_partial",
            "secrets::killed_commands_leave_none",
            "secrets::a_failing_connection_tells_no_secret",
            "destinations::attributes_of_the_file_tell_where_it_came_from",
        ],
    ),
    (
        "secret response fields are masked in JSON and registry; -D writes the head, 0600",
        &[
            "secrets::secrets_are_on_the_wire_only",
            "cache::json::tests::headers_are_lists_without_secrets",
            "secrets::the_dumped_head_is_for_its_owner_under_any_umask",
        ],
    ),
    (
        "a stored redirect to an address with secrets is no answer",
        &["secrets::a_redirect_whose_address_holds_a_secret_is_never_answered_from_the_cache"],
    ),
    (
        "what the user gave as a secret is masked when it is said back",
        &["secrets::what_a_server_says_back_is_masked_under_any_name"],
    ),
    ("bodies, form values and parts are stored as digest and size", &["secrets::bodies_are_stored_as_digest_and_size"]),
    (
        "the user's fields and credentials stay with their origin, on redirects and mirrors",
        &[
            "redirects::the_users_headers_stay_with_their_origin",
            "redirects::credentials_do_not_come_back_by_a_detour",
            "secrets::a_hosts_mirror_does_not_get_the_secrets_of_the_address",
        ],
    ),
    ("no cookie jar", &["redirects::there_is_no_cookie_jar"]),
    ("https is never redirected to http", &["redirects::tls_is_never_left"]),
    (
        "netrc: exact host, https only, private; its default is for nobody",
        &["request::netrc_is_for_exact_hosts_over_tls_and_private", "transfer::netrc::tests::entries_of_every_form"],
    ),
    (
        "what came under a special trust serves only commands of the same, and is never shared",
        &[
            "freshness::what_came_insecurely_serves_only_the_insecure",
            "freshness::resolve_is_part_of_the_trust",
            "shared::what_was_fetched_under_a_special_trust_is_kept_back",
        ],
    ),
    ("TLS is never relaxed because a digest was given", &["tls::who_is_trusted"]),
];

const ADDRESSES: Rules = &[
    (
        "one parse for key, policy and connection; the fragment is neither sent nor in the key",
        &["keys::one_address_has_one_spelling", "request::queries"],
    ),
    (
        "a scheme is needed; no control characters; 65,534 bytes as sent",
        &["request::urls_that_are_refused", "redirects::an_address_that_is_too_long_is_not_followed"],
    ),
    ("spaces and what is not ASCII are percent-encoded", &["request::queries"]),
    ("http, https, ftp, ftps, file, and no other", &["request::urls_that_are_refused"]),
    (
        "file: only when typed; from http only http and https",
        &[
            "hostile::redirects",
            "proof::a_list_cannot_name_files_of_this_machine",
            "transfer::redirect::tests::what_is_not_followed",
        ],
    ),
    (
        "fields that split, frame or are the transfer's own are refused, wherever they come from",
        &[
            "request::headers_that_are_refused",
            "request::headers_that_are_refused_from_files_and_variables",
            "request::a_part_is_asked_for_only_without_a_cache",
        ],
    ),
    ("`Name;` sends it empty, `Name:` takes a default back", &["request::headers"]),
    (
        "a name from a server or address is one harmless component of at most 200 bytes",
        &[
            "destinations::the_servers_name_is_made_safe",
            "destinations::the_name_comes_from_the_url",
            "transfer::filename::tests::dispositions",
            "transfer::filename::tests::unsafe_names_are_made_safe",
        ],
    ),
    ("a server's name replaces nothing unless that was said", &["destinations::a_servers_name_never_replaces_a_file"]),
    (
        "tables and tab-separated lines escape what would break them",
        &[
            "cache_cmds::hostile_addresses_stay_in_their_column",
            "cli::output::tests::fields_stay_on_their_line_and_can_be_undone",
        ],
    ),
];

const BODIES: Rules = &[
    (
        "a body that ends before its framing says so is 8",
        &["hostile::framing", "hostile_h2::bodies", "hostile_h2::a_reset_without_an_error_is_no_end"],
    ),
    (
        "malformed framing is 4; equal lengths are one; no transfer coding but chunked",
        &["hostile::framing", "hostile::heads", "hostile_h2::heads"],
    ),
    (
        "with chunked the length is ignored and the connection closed",
        &["hostile::framing", "connections::a_connection_with_two_framings_is_not_used_again"],
    ),
    (
        "bytes after the end are dropped",
        &["hostile::framing", "connections::bytes_after_the_end_are_not_the_next_answer"],
    ),
    ("an end of TLS without a word is one only behind a framed body", &["tls::an_end_without_a_word"]),
    (
        "an unasked 206 is 8, an unasked 304 7, 204 and 205 are 7; other 2xx are successes",
        &["hostile::statuses", "hostile_h2::statuses", "transfer::judge::tests::statuses"],
    ),
    ("an empty file is a file", &["hostile::framing", "fetch::an_empty_file_and_a_large_one_arrive_whole"]),
    (
        "redirects that are not followed are 7, the chain named; their body is no result",
        &[
            "hostile::redirects",
            "redirects::the_chain_is_named",
            "redirects::a_redirects_body_is_a_result_only_when_asked_for",
        ],
    ),
    ("heads have limits", &["hostile::heads", "transfer::judge::tests::limits", "connections::interim_responses"]),
    (
        "interim fields are never merged",
        &[
            "travel::interim_answers_are_told_where_the_backend_shows_them",
            "destinations::a_servers_name_never_replaces_a_file",
        ],
    ),
    (
        "one content coding at most; --max-size counts decoded bytes, and stops before the body",
        &["hostile::content", "transfer::coding::tests::which_coding"],
    ),
    (
        "bytes of fields that are not UTF-8 are kept",
        &["hostile::heads", "cache::registry::download::tests::header_bytes_are_kept"],
    ),
    ("a tag that is not UTF-8 is no validator", &["resume::a_tag_that_is_no_text_is_no_validator"]),
    (
        "dates that cannot be parsed are ignored, none overflows",
        &["hostile::heads", "travel::retry_after_is_waited_for_within_reason", "clock::tests::dates"],
    ),
    (
        "the server's digests are checked over what they cover",
        &[
            "proof::the_servers_digests_are_verified_unasked",
            "resume::digests_of_a_part_are_those_of_what_they_cover",
            "hostile::content",
        ],
    ),
    (
        "what cannot be checked is ignored, and -v says so",
        &["proof::what_cannot_be_checked_is_told_with_v", "transfer::proof::tests::fields_that_are_ignored"],
    ),
    (
        "--checksum covers the stored bytes, all must match, a list must name the file",
        &[
            "proof::several_must_all_match_and_all_are_told",
            "request::compressed_is_asked_for_decoded_and_the_same_item",
            "proof::lists_in_all_forms",
        ],
    ),
    (
        "a stored version with another digest or size is no candidate",
        &["freshness::a_given_digest_chooses_among_what_is_stored", "manager::judge::tests::what_may_answer"],
    ),
    (
        "a wrong digest is never retried, repaired or accepted; what was there stays",
        &["proof::a_wrong_digest_is_asked_once_and_accepted_never"],
    ),
    ("bytes of another key answer only a digest given", &["proof::bytes_of_another_key_answer_only_a_given_digest"]),
    (
        "a page in place of a file is 8, by any of its names",
        &[
            "proof::pages_in_place_of_files",
            "proof::any_name_of_the_file_may_tell_that_a_page_is_none",
            "transfer::html::tests::pages",
        ],
    ),
];

const TRAVEL: Rules = &[
    (
        "so many retries after the first try, random waits, progress resets the count",
        &["travel::retries_end", "transfer::retry::tests::waits", "resume::progress_renews_the_retries"],
    ),
    (
        "Retry-After above the limit ends it with 7, the value shown",
        &["travel::retry_after_is_waited_for_within_reason", "transfer::retry::tests::retry_after"],
    ),
    (
        "certificates, unknown hosts, digests and other statuses are not retried",
        &[
            "travel::lasting_failures_are_not",
            "tls::who_is_trusted",
            "proof::a_wrong_digest_is_asked_once_and_accepted_never",
        ],
    ),
    (
        "POST and PATCH are repeated only if the server cannot have acted",
        &[
            "travel::what_was_sent_once_is_not_posted_twice",
            "travel::a_dead_kept_connection_does_not_post_twice",
            "transfer::retry::tests::what_is_tried_again",
        ],
    ),
    (
        "a head has as long as a stall; slower than --min-rate is 5",
        &["hostile::framing", "travel::time_limits", "travel::a_slow_but_steady_body_is_no_stall"],
    ),
    (
        "a strong validator is a strong tag, or a date 60 s old",
        &[
            "message::tests::strong_validators",
            "resume::an_old_date_is_strong_too",
            "resume::weak_validators_begin_anew",
        ],
    ),
    (
        "a part is used only if start, total, unit and validator agree, else all begins anew, once",
        &[
            "resume::lies_about_the_rest_begin_anew_once",
            "resume::two_validators_that_change_places_never_end_in_a_mix",
            "transfer::resume::tests::what_fits",
        ],
    ),
    (
        "416 with our total and validator is done, else anew",
        &["resume::a_whole_partial_is_done_by_a_416", "resume::a_416_that_tells_another_total_is_no_end"],
    ),
    ("--resume always: only where a digest decides", &["resume::always_needs_a_digest_in_the_end"]),
    ("a destination is never a partial", &["resume::with_a_destination_and_without_a_partial_there"]),
    (
        "segments agree, or there is one stream",
        &[
            "resume::segments_give_the_same_bytes",
            "resume::segments_that_disagree_become_one_stream",
            "resume::no_segments_without_ranges_or_with_credentials",
        ],
    ),
    (
        "a proxy's refusal is 4 and names it without its password; it never gets the origin's credentials",
        &["proxies::a_refusal_of_the_proxy_is_a_network_error", "proxies::plain_http_through_a_proxy"],
    ),
];

const FILES: Rules = &[
    (
        "devices, FIFOs and sockets are written once all is verified, never replaced",
        &[
            "destinations::a_fifo_and_a_device_are_written_never_replaced",
            "extract::nothing_of_a_broken_file_is_given_out",
        ],
    ),
    (
        "a folder is 9 before any request; nothing is written inside the cache",
        &["destinations::folders_and_the_cache_are_no_destinations"],
    ),
    (
        "a symbolic link is replaced, not followed; parents are made",
        &["destinations::a_symbolic_link_is_replaced_not_followed", "destinations::a_path_is_written_and_printed"],
    ),
    (
        "modes follow the umask, or the replaced file without set-id",
        &["destinations::modes_follow_the_umask_and_the_replaced_file"],
    ),
    (
        "dead temporary files are swept, living ones are not",
        &[
            "destinations::dead_temporary_files_are_swept",
            "disk::tests::only_dead_temporaries_are_removed",
            "disk::tests::sweeping_never_takes_a_living_one",
        ],
    ),
    (
        "nothing reaches stdout before the whole is verified",
        &["destinations::nothing_reaches_stdout_before_the_whole_is_verified"],
    ),
    ("a closed stdout is quiet, and the item is stored", &["signals::a_closed_stdout_is_quiet"]),
    (
        "binary bytes come to a terminal only where -o - was typed",
        &["terminal::binary_bytes_come_only_where_they_were_asked_for"],
    ),
    (
        "a full or read-only disk is 9, older files as before",
        &[
            "disk::a_full_destination",
            "disk::a_full_cache",
            "disk::a_disk_that_is_full_at_any_stage",
            "disk::a_folder_that_cannot_be_written",
        ],
    ),
    ("a read-only cache serves hits", &["disk::a_read_only_cache_serves_hits"]),
    (
        "files that the user named must be right, the line is told",
        &[
            "tls::files_that_are_wrong_are_usage_errors",
            "lists::a_bad_line_is_named_before_anything_is_fetched",
            "request::a_descriptor_file_says_the_same_as_flags",
            "config::what_is_wrong_in_the_file_is_named",
            "request::netrc_is_for_exact_hosts_over_tls_and_private",
            "transfer::netrc::tests::what_is_wrong_is_named_with_its_line",
            "proof::lists_in_all_forms",
        ],
    ),
    ("without a usable cache folder only what has a destination goes on", &["disk::no_usable_cache_folder"]),
    (
        "the cache is private under any umask",
        &["disk::all_below_the_cache_is_private_under_any_umask", "cache::tests::sharing::modes_hold_under_any_umask"],
    ),
    (
        "a cache that others can write, or of another user, is refused; --cache-shared is for a group",
        &[
            "disk::an_unsafe_cache_is_refused",
            "disk::the_cache_of_another_user_is_refused",
            "disk::a_shared_cache_is_for_its_group",
            "cache::tests::sharing::root_in_anothers_folder_leaves_files_of_the_owner",
        ],
    ),
];

const CACHE: Rules = &[
    (
        "what is given out is as it was when it was hashed, or is hashed again; wrong: fetched anew, offline 8",
        &[
            "fetch::a_damaged_cached_file_is_fetched_anew",
            "fetch::a_damaged_cached_file_is_8_while_offline",
            "cache::tests::stand::damaged_bytes_are_set_aside_and_fetched_anew",
        ],
    ),
    ("a missing name is made anew", &["cache::tests::stand::a_missing_name_is_made_anew"]),
    (
        "where links cannot be made there are copies with their own record",
        &["cache::tests::stand::where_links_cannot_be_made_there_are_copies"],
    ),
    (
        "a file's inode is taken only where nobody else can write it",
        &[
            "cache::tests::by_hand::what_is_open_for_writing_or_has_other_names_is_copied",
            "disk::tests::writers_are_seen",
        ],
    ),
    (
        "after a power loss nothing READY is wrong",
        &[
            "power_loss::what_lost_its_bytes_is_fetched_anew",
            "power_loss::no_other_way_gives_lost_bytes_either",
            "power_loss::a_partial_that_lost_its_bytes_is_begun_anew",
            "cache::tests::stand::a_power_loss_that_left_size_and_time_is_found_out",
        ],
    ),
    (
        "whatever happens at whichever call, what is there is whole",
        &[
            "crash::killed_at_any_call",
            "crash::killed_at_random_moments",
            "crash::any_write_may_fail",
            "crash::any_other_call_may_fail",
            "history::every_result_was_right_at_some_time_with_reqwest",
            "history::every_result_was_right_at_some_time_with_curl",
        ],
    ),
    (
        "locks are of the kernel and die with their process; a lock follows its name",
        &["disk::tests::a_lock_excludes_and_follows_the_name", "single_flight::a_killed_leader_is_followed"],
    ),
    (
        "two that resume one partial never both write it",
        &[
            "single_flight::of_many_that_would_resume_one_does",
            "single_flight::a_stopped_leader_is_passed_by_and_does_no_harm_when_it_goes_on",
            "partial::tests::a_file_that_has_another_name_is_never_written_again",
        ],
    ),
    (
        "a failed fetch leaves one FAILED version, a killed one only a partial",
        &["fetch::a_failure_leaves_one_failed_version_whose_number_is_taken_over", "resume::after_a_kill"],
    ),
    (
        "waiters share a final failure; otherwise one of them tries next",
        &["single_flight::a_final_failure_is_shared", "single_flight::a_passing_failure_is_not_shared"],
    ),
    (
        "a renewal takes only what was asked after it began",
        &["single_flight::a_refresh_takes_only_what_began_after_it"],
    ),
    (
        "a registry in a folder that cannot be written is read as it stands; a hit waits for no disk",
        &[
            "disk::a_read_only_cache_serves_hits",
            "disk::a_hit_waits_for_no_disk",
            "cache::tests::stand::a_read_only_folder_still_answers",
        ],
    ),
    (
        "a locked registry costs a counter, not an answer",
        &[
            "disk::a_locked_registry_still_answers",
            "cache::tests::commit::a_busy_registry_drops_counters_and_not_answers",
        ],
    ),
    ("verify names damage with 8; --repair mends it", &["registry_order::damage_is_named_and_repaired"]),
    (
        "an ambiguous prefix is 2 and names the candidates; what is unknown is 3",
        &[
            "blob::an_ambiguous_prefix_names_its_candidates",
            "cache::tests::find::an_ambiguous_prefix_names_the_candidates",
            "cache_cmds::show_and_path_take_every_name_of_an_item",
            "blob::each_is_tried_and_the_first_failure_is_the_exit_code",
        ],
    ),
];

const ARCHIVES: Rules = &[
    (
        "unpacked aside and moved in at the end; on failure the folder is as it was",
        &[
            "extract::a_failure_leaves_the_folder_as_it_was",
            "extract::a_kill_leaves_the_folder_as_it_was_or_done",
            "archive::tests::placing::a_merge_that_fails_halfway_is_undone",
        ],
    ),
    (
        "what is no archive is 8; a member that is not there 3",
        &["extract::a_failure_leaves_the_folder_as_it_was", "extract::members_are_chosen_and_bounded"],
    ),
    (
        "names that lead out, are no text or are ambiguous are refused",
        &[
            "archive::tests::tars::names_that_lead_out_are_refused",
            "archive::tests::zips::names_and_links_that_lead_out_are_refused",
            "archive::tests::zips::a_name_that_comes_twice_is_refused",
            "archive::members::tests::names_that_could_lead_out_are_refused",
        ],
    ),
    (
        "links that lead out, devices, FIFOs and encrypted members are refused; links that stay inside are kept",
        &[
            "archive::tests::tars::links_that_lead_out_are_refused",
            "archive::tests::tars::special_files_are_refused",
            "archive::tests::zips::special_and_encrypted_members_are_refused",
            "archive::tests::tars::nothing_is_written_through_a_link",
        ],
    ),
    (
        "what two readers would understand differently is refused",
        &[
            "archive::tests::zips::headers_that_disagree_are_refused",
            "archive::tests::tars::headers_that_readers_understand_differently_are_refused",
            "archive::pax::tests::malformed_and_double_records_are_refused",
        ],
    ),
    (
        "a file where a folder is, or the reverse, is refused",
        &["archive::tests::placing::kinds_that_do_not_fit_leave_all_as_it_was"],
    ),
    (
        "owner, set-id and sticky are never applied",
        &["archive::tests::tars::a_tar_is_unpacked_with_its_links_and_x_bits"],
    ),
    (
        "sizes, entries, paths, windows and memory have limits that are counted",
        &[
            "archive::tests::codecs::bombs_are_stopped",
            "archive::tests::codecs::windows_and_dictionaries_have_a_limit",
            "archive::members::tests::names_that_could_lead_out_are_refused",
            "extract::members_are_chosen_and_bounded",
        ],
    ),
];

const RUNS: Rules = &[
    ("the program that was found joins the key", &["run::what_stands_in_the_key"]),
    (
        "values of variables and standard input are stored as digests",
        &["run::what_stands_in_the_key", "run::the_environment_is_passed_on_or_kept_away"],
    ),
    (
        "signals reach the command, and its process group ends with dl",
        &["run::signals_reach_the_command_and_its_group_ends", "run::what_a_command_leaves_running_ends_with_it"],
    ),
    ("what a signal ended is never stored", &["run::what_is_killed_is_not_stored"]),
    ("of identical runs at once one executes", &["run::many_at_once_execute_once", "run::a_killed_owner_is_followed"]),
    (
        "what was recorded elsewhere is believed for its bytes only",
        &[
            "shared_runs::what_files_looked_like_elsewhere_proves_nothing_here",
            "shared_runs::an_output_that_is_gone_or_damaged_in_the_store_is_another_run",
        ],
    ),
];

const STORES: Rules = &[
    (
        "JSON that leaves doubt is 2 on put and 8 on read",
        &[
            "manifest::what_leaves_doubt_is_refused_on_put_and_on_read",
            "json::tests::strict_where_serde_json_is_not",
            "json::tests::the_depth_is_counted_exactly",
        ],
    ),
    (
        "canonical JSON is RFC 8785",
        &[
            "manifest::a_manifest_is_canonical_and_its_hash_that_of_its_bytes",
            "manifest::tests::what_is_stored_is_canonical",
        ],
    ),
    (
        "a name that would leave the folder is 8, and nothing is written",
        &["manifest::names_that_would_lead_out_write_nothing"],
    ),
    ("references are followed once, cycles named", &["manifest::tests::references_are_followed_once_and_cycles_named"]),
    (
        "an overflow leaves the value as it was",
        &[
            "kv_behaviour::memory",
            "kv_engines::file_behaves",
            "kv_engines::sqlite_behaves",
            "kv_engines::redis_behaves",
            "kv_engines::memcached_behaves",
        ],
    ),
    (
        "clear removes what is ours, and flushes only memcached",
        &[
            "kv_engines::a_folder_is_cleared_of_what_is_ours",
            "kv_engines::redis_holds_what_other_clients_read_and_write",
        ],
    ),
    (
        "keys are made safe for the wire, and the true key is kept",
        &["kv_behaviour::a_store_with_limits", "kv::keys_are_bytes"],
    ),
    (
        "what is not ours is a miss",
        &["kv_engines::files_that_are_damaged_are_misses", "kv_engines::sqlite_rows_of_others_are_misses"],
    ),
    (
        "a store that cannot be reached is 4",
        &["kv_engines::redis_goes_and_comes_back", "kv_engines::memcached_goes_comes_back_and_fills"],
    ),
    (
        "no format that can carry code",
        &["kv_engines::files_that_are_damaged_are_misses", "kv::envelope::tests::nothing_else_is_one"],
    ),
    (
        "a shared store that fails costs a warning, once a command",
        &[
            "shared::a_store_that_fails_is_a_warning",
            "shared::a_store_that_hangs_is_a_warning",
            "shared::tests::a_store_that_fails_is_asked_once",
        ],
    ),
    (
        "with a secret, what is not signed with it is a miss",
        &[
            "shared::with_a_secret_only_what_is_signed_is_believed",
            "shared::tests::a_record_without_the_right_signature_is_a_miss",
        ],
    ),
];

#[test]
fn every_rule_has_its_tests() {
    let headings = [SECRETS, ADDRESSES, BODIES, TRAVEL, FILES, CACHE, ARCHIVES, RUNS, STORES];
    let mut missing = Vec::new();
    for (rule, tests) in headings.into_iter().flatten() {
        assert!(!tests.is_empty(), "nothing shows: {rule}");
        missing.extend(tests.iter().filter(|name| !is_a_test(name)).map(|name| format!("`{name}` ({rule})")));
    }
    assert!(missing.is_empty(), "no such tests:\n{}", missing.join("\n"));
    assert!(!is_a_test("rules::nothing_of_that_name") && !is_a_test("support::named::is_a_test"));
}
