//! From the options of "What to ask for" to the descriptor of one URL.

use crate::cli::args::values::FreshnessWord;
use crate::cli::args::{Age, Ask, Fetch};
use crate::cli::context::{Context, read_named, read_named_text};
use crate::cli::input::{self, Asked};
use clap::ArgMatches;
use dl::attribute_text;
use dl::clock::Timestamp;
use dl::descriptor::Descriptor;
use dl::descriptor::address::parse_url;
use dl::descriptor::header::Header;
use dl::descriptor::payload::{Part, PartContent, Payload, Piece};
use dl::error::{Error, Result};
use dl::message::Credentials;
use dl::secret::{Secret, Secrets};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use url::Url;

/// What `--data-urlencode` leaves as it is (RFC 3986, unreserved).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What all URLs of one set of options ask alike.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    headers: Vec<Header>,
    payload: Payload,
    key_params: Map<String, Value>,
}

impl Common {
    /// Reads what the options name: header files, variables, data.
    ///
    /// # Errors
    /// Usage: anything that is not as it must be.
    pub(crate) fn new(args: &Fetch, matches: &ArgMatches) -> Result<Self> {
        Ok(Self { headers: headers(args)?, payload: payload(&args.ask, matches)?, key_params: key_params(&args.age)? })
    }

    /// The descriptor of one URL.
    ///
    /// # Errors
    /// Usage: no URL, or a netrc that cannot be used.
    pub(crate) fn descriptor(&self, asked: &Asked, args: &Fetch, context: &Context) -> Result<Descriptor> {
        let mut descriptor = Descriptor::of(asked.address()?.clone());
        let ask = &args.ask;
        descriptor.query.clone_from(&ask.query);
        descriptor.method.clone_from(&ask.request);
        descriptor.headers.clone_from(&self.headers);
        descriptor.payload = self.payload.clone();
        descriptor.auth_id.clone_from(&args.age.auth_id);
        descriptor.key_uri.clone_from(&args.age.key_uri);
        descriptor.key_params.clone_from(&self.key_params);
        for mirror in args.travel.mirror.iter().chain(&asked.mirrors) {
            descriptor.mirrors.push(parse_url(mirror)?);
        }
        descriptor.credentials = match &ask.user {
            Some(user) => Some(credentials(user)),
            None => from_netrc(ask, &descriptor, context)?,
        };
        Ok(descriptor)
    }
}

/// The same path and query below a mirror's address; secrets of the query stay with their origin.
pub(crate) fn mirrored(base: &Url, url: &Url, secrets: &Secrets) -> Url {
    let mut mirror = base.clone();
    mirror.set_path(&format!("{}{}", base.path().trim_end_matches('/'), url.path()));
    mirror.set_query(secrets.public_query(url).as_deref());
    mirror
}

fn credentials(text: &str) -> Credentials {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    Credentials { user: user.to_owned(), password: Secret::new(password) }
}

/// What netrc has for the URL's host, where it was asked for and nothing else was given.
fn from_netrc(ask: &Ask, descriptor: &Descriptor, context: &Context) -> Result<Option<Credentials>> {
    let url = &descriptor.url;
    let has_own = !url.username().is_empty() || descriptor.headers.iter().any(|h| h.name() == "authorization");
    let is_safe = url.scheme() == "https";
    // A file that was named must be one, whether it is of use or not.
    if has_own || ask.netrc_file.is_none() && !(ask.netrc && is_safe) {
        return Ok(None);
    }
    let path: PathBuf = match &ask.netrc_file {
        Some(path) => path.clone(),
        None => context
            .home()
            .ok_or_else(|| Error::usage("no home folder is known for `.netrc`").hint("--netrc-file FILE"))?
            .join(".netrc"),
    };
    refuse_readable_by_others(&path)?;
    let text = read_named_text(&path)?;
    let found = dl::transfer::netrc::find(&text, url.host_str().unwrap_or_default())
        .map_err(|e| e.context(format!("bad netrc `{}`", path.display())))?;
    Ok(found.filter(|_| is_safe))
}

fn refuse_readable_by_others(path: &Path) -> Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_file() && metadata.permissions().mode() & 0o077 != 0 => {
            Err(Error::usage(format!("others can read `{}`, which holds passwords", path.display()))
                .hint(format!("chmod 600 {}", path.display())))
        }
        _ => Ok(()),
    }
}

/// `-A`, `-e` and `-H`, in this order, so that `-H` has the last word.
fn headers(args: &Fetch) -> Result<Vec<Header>> {
    let ask = &args.ask;
    let mut all = Vec::new();
    for (name, value) in [("User-Agent", &ask.user_agent), ("Referer", &ask.referer)] {
        if let Some(value) = value {
            // An empty value takes the default back.
            all.push(Header::parse(&format!("{name}: {value}"))?);
        }
    }
    for text in &ask.header {
        match text.strip_prefix('@') {
            Some(path) => {
                let lines = read_named_text(Path::new(path))?;
                for (index, line) in lines.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
                    let parsed = header(line.trim_end(), args);
                    all.push(parsed.map_err(|e| e.context(format!("{path}:{}", index + 1)))?);
                }
            }
            None => all.push(header(text, args)?),
        }
    }
    // A field given by `-H` replaces the one of `-A` or `-e`.
    let own: Vec<String> = all.iter().skip(named(ask)).map(|h| h.name().to_owned()).collect();
    let mut index = 0;
    all.retain(|h| {
        index += 1;
        index > named(ask) || !own.iter().any(|n| n == h.name())
    });
    Ok(all)
}

/// How many headers `-A` and `-e` give.
fn named(ask: &Ask) -> usize {
    usize::from(ask.user_agent.is_some()) + usize::from(ask.referer.is_some())
}

fn header(text: &str, args: &Fetch) -> Result<Header> {
    let name = text.split([':', ';']).next().unwrap_or_default().trim();
    let of_a_part = name.eq_ignore_ascii_case("range") || name.eq_ignore_ascii_case("if-range");
    let takes_parts = args.global.no_cache || args.age.freshness == Some(FreshnessWord::Http);
    if of_a_part && !takes_parts {
        return Err(Error::usage(format!("the header `{name}` asks for a part, and whole files are cached"))
            .hint("with --freshness http or --no-cache it is sent"));
    }
    if let Some((name, value)) = text.split_once(':')
        && let Some(variable) = value.trim().strip_prefix("@env:")
    {
        let value = Context::named_by_user(variable).map_err(|e| e.context(format!("bad header `{}`", name.trim())))?;
        return Header::parse(&format!("{name}: {value}"));
    }
    Header::parse(text)
}

/// `@FILE` or `@-`: what it names.
fn named_file(text: &str) -> Option<&Path> {
    text.strip_prefix('@').filter(|p| !p.is_empty()).map(Path::new)
}

fn piece(text: &str) -> Result<Piece> {
    Ok(match named_file(text) {
        Some(path) if path == Path::new("-") => Piece::Bytes(read_named(path)?),
        Some(path) => Piece::File(path.to_owned()),
        None => Piece::Bytes(text.as_bytes().to_vec()),
    })
}

/// The values of two options in the order in which they were given.
fn in_order<A: Clone + Send + Sync + 'static, T>(
    matches: &ArgMatches,
    id: &str,
    all: &mut Vec<(usize, T)>,
    of: impl Fn(A) -> Result<T>,
) -> Result<()> {
    let (Ok(Some(values)), Some(indices)) = (matches.try_get_many::<A>(id), matches.indices_of(id)) else {
        return Ok(());
    };
    for (index, value) in indices.zip(values) {
        all.push((index, of(value.clone())?));
    }
    Ok(())
}

fn payload(ask: &Ask, matches: &ArgMatches) -> Result<Payload> {
    let data = !(ask.data.is_empty() && ask.data_urlencode.is_empty());
    let form = !(ask.form.is_empty() && ask.form_string.is_empty());
    if usize::from(data) + usize::from(form) + usize::from(ask.data_json.is_some()) > 1 {
        return Err(Error::usage("a request has one body: -d, --data-json and -F exclude each other"));
    }
    if let Some(json) = &ask.data_json {
        return Ok(Payload::Json(piece(json)?));
    }
    if data {
        let mut pieces = Vec::new();
        in_order::<String, _>(matches, "data", &mut pieces, |text| piece(&text))?;
        in_order::<(String, String), _>(matches, "data_urlencode", &mut pieces, |(name, value)| {
            Ok(Piece::Bytes(format!("{name}={}", utf8_percent_encode(&value, UNRESERVED)).into_bytes()))
        })?;
        pieces.sort_by_key(|(index, _)| *index);
        return Ok(Payload::Data(pieces.into_iter().map(|(_, piece)| piece).collect()));
    }
    if form {
        let mut parts = Vec::new();
        in_order::<(String, String), _>(matches, "form", &mut parts, |(name, value)| input::form_part(&name, &value))?;
        in_order::<(String, String), _>(matches, "form_string", &mut parts, |(name, text)| {
            Ok(Part { name, content: PartContent::Text(text) })
        })?;
        parts.sort_by_key(|(index, _)| *index);
        return Ok(Payload::Form(parts.into_iter().map(|(_, part)| part).collect()));
    }
    Ok(Payload::None)
}

/// A text, or what a file named by `@FILE` holds.
pub(crate) fn text_or_file(text: &str) -> Result<String> {
    match named_file(text) {
        Some(path) => read_named_text(path),
        None => Ok(text.to_owned()),
    }
}

fn key_params(age: &Age) -> Result<Map<String, Value>> {
    let mut params = match &age.key_params {
        Some(text) => {
            attribute_text::object_of(&text_or_file(text)?).map_err(|e| e.context("bad value for `--key-params`"))?
        }
        None => Map::new(),
    };
    let now = Timestamp::now();
    for text in &age.key_param {
        let attribute = attribute_text::parse(text, now).map_err(|e| e.context("bad value for `--key-param`"))?;
        attribute_text::put_param(&mut params, &attribute)?;
    }
    Ok(params)
}

/// How often standard input is named.
pub(crate) fn stdin_uses(args: &Fetch) -> usize {
    let dash = Path::new("-");
    let ask = &args.ask;
    let files = [&ask.input, &ask.descriptor, &ask.netrc_file, &ask.cacert, &ask.cert, &ask.key];
    let at = ask
        .data
        .iter()
        .chain(&ask.data_json)
        .chain(&ask.header)
        .chain(&args.age.key_params)
        .chain(&args.place.attrs_json);
    files.into_iter().filter(|f| f.as_deref() == Some(dash)).count()
        + at.filter(|text| *text == "@-").count()
        + ask.form.iter().filter(|(_, value)| value == "@-" || value.starts_with("@-;")).count()
        + usize::from(args.right.checksums.as_deref() == Some("-"))
}
