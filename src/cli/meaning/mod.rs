//! From what was typed to what is meant: arguments and settings in, tasks out. Nothing is fetched here.

pub(crate) mod cached;
pub(crate) mod place;
pub(crate) mod request;
pub(crate) mod sharing;
pub(crate) mod store;
pub(crate) mod travel;
mod unpack;

use super::args::values::FreshnessWord;
use super::args::{Age, Fetch};
use super::context::Context;
use super::input::Asked;
use super::settings::{Folded, Host, Layers, Setting, Typed, fold};
use clap::FromArgMatches as _;
use dl::attribute_text;
use dl::cache::freshness::Renewal;
use dl::cache::item::Trust;
use dl::clock::Timestamp;
use dl::descriptor::address::parse_url;
use dl::error::{Error, Result};
use dl::manager::task::{Description, Freshness, Http, Policy, Task};
use dl::transfer::job::{BackendChoice, Expected, Options, Proof};
use request::Common;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Makes tasks of URLs. Options that depend on the host are folded once for each host section.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    context: &'a Context,
    layers: &'a Layers,
    typed: &'a Typed,
    /// What a descriptor file says, next to the command line.
    descriptor: Vec<Setting>,
    /// What holds where no host section fits; parsing hundreds of options is the dearest step of a hit.
    usual: OnceCell<Settled>,
    /// By the pattern of the host section; `None`: no section fits.
    variants: HashMap<Option<String>, Rc<Variant>>,
}

/// Options folded, and what they say.
#[derive(Debug, Clone)]
struct Settled {
    folded: Rc<Folded>,
    args: Rc<Fetch>,
}

/// The options that hold under a host section, and what follows from them.
#[derive(Debug)]
struct Variant {
    args: Rc<Fetch>,
    common: Common,
    travel: Arc<Options>,
    trust: Trust,
    policy: Policy,
    proof: Proof,
    description: Description,
    host_mirrors: Vec<String>,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(context: &'a Context, layers: &'a Layers, typed: &'a Typed, descriptor: Vec<Setting>) -> Self {
        Self { context, layers, typed, descriptor, usual: OnceCell::new(), variants: HashMap::new() }
    }

    /// The options that hold for the whole command.
    ///
    /// # Errors
    /// Usage, naming where the bad one stands.
    pub(crate) fn base(&self) -> Result<Rc<Fetch>> {
        Ok(self.settle(None)?.args)
    }

    fn settle(&self, host: Option<&Host>) -> Result<Settled> {
        if let (None, Some(settled)) = (host, self.usual.get()) {
            return Ok(settled.clone());
        }
        let mut layers: Vec<&[Setting]> = vec![&self.descriptor, &self.layers.environment];
        layers.extend(host.map(|h| h.settings.as_slice()));
        layers.push(&self.layers.file);
        let folded = fold(self.typed, &layers)?;
        let args = Fetch::from_arg_matches(&folded.matches).map_err(|e| Error::usage(e.to_string()))?;
        let settled = Settled { folded: Rc::new(folded), args: Rc::new(args) };
        if host.is_none() {
            let _ = self.usual.set(settled.clone());
        }
        Ok(settled)
    }

    /// The task of one URL.
    ///
    /// # Errors
    /// Usage, naming the place in the list.
    pub(crate) fn task(&mut self, asked: &Asked) -> Result<Task> {
        self.plan(asked).map_err(|e| asked.blame(e))
    }

    fn plan(&mut self, asked: &Asked) -> Result<Task> {
        let url = asked.address()?;
        let variant = self.variant(url)?;
        let args = &variant.args;
        if args.ask.backend == Some(BackendChoice::Reqwest) && !matches!(url.scheme(), "http" | "https") {
            return Err(Error::usage(format!("the backend `reqwest` does not speak `{}`", url.scheme()))
                .hint("--backend auto, or curl"));
        }
        let mut task = Task::new(variant.common.descriptor(asked, args, self.context)?);
        task.policy = variant.policy.clone();
        task.proof = variant.proof.clone();
        task.proof.digests.extend(
            asked.checksums.iter().map(|digest| Expected { digest: digest.clone(), who_says: "checksum=".to_owned() }),
        );
        task.destination = place::destination(asked, args)?;
        task.content = unpack::content(args, &task.destination, &|option| self.is_typed(option))?;
        task.max_unpacked = args.place.max_extract;
        task.delivery = place::delivery(args);
        task.description = variant.description.clone();
        if asked.filename.is_some() {
            task.description.filename.clone_from(&asked.filename);
        }
        let output = asked.output.as_ref().or(args.place.output.as_ref());
        let names = output.and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned());
        task.proof.names = names.into_iter().chain(task.description.filename.clone()).collect();
        task.travel = Arc::clone(&variant.travel);
        for base in &variant.host_mirrors {
            let mirror = request::mirrored(&parse_url(base)?, &task.descriptor.url, &task.travel.secrets);
            task.descriptor.mirrors.push(mirror);
        }
        task.trust = variant.trust.clone();
        Ok(task)
    }

    fn variant(&mut self, url: &url::Url) -> Result<Rc<Variant>> {
        let host = self.layers.host_for(url);
        let pattern = host.map(|h| h.pattern.clone());
        if let Some(variant) = self.variants.get(&pattern) {
            return Ok(Rc::clone(variant));
        }
        let Settled { folded, args } = self.settle(host)?;
        let typed = travel::TypedTrust {
            resolve: self.is_typed("resolve"),
            cacert: self.is_typed("cacert"),
            capath: self.is_typed("capath"),
        };
        let (options, trust) = travel::options(&args, typed, &self.layers.secrets(), self.context)?;
        let variant = Rc::new(Variant {
            common: Common::new(&args, &folded.matches)?,
            travel: Arc::new(options),
            trust,
            policy: policy(&args)?,
            proof: proof(&args)?,
            description: description(&args)?,
            host_mirrors: host.map(|h| h.mirrors.clone()).unwrap_or_default(),
            args,
        });
        self.variants.insert(pattern, Rc::clone(&variant));
        Ok(variant)
    }

    /// Whether an option stands on the command line, or in the descriptor that it names.
    fn is_typed(&self, option: &str) -> bool {
        self.typed.has(option) || self.descriptor.iter().any(|s| s.option == option)
    }
}

/// Which stored version may be used; the most asking of the options given wins.
fn freshness(age: &Age) -> Result<Freshness> {
    let check = age.refresh || age.freshness == Some(FreshnessWord::Check);
    if age.force && check {
        return Err(Error::usage("--refresh asks whether the stored version still stands, --force does not care"));
    }
    if age.freshness == Some(FreshnessWord::Http) {
        return by_http(age);
    }
    Ok(match age.max_age {
        _ if age.force => Freshness::Force,
        _ if check => Freshness::Check,
        Some(Duration::ZERO) => Freshness::Check,
        Some(max_age) => Freshness::MaxAge(max_age),
        None => Freshness::Any,
    })
}

/// The rules of HTTP; the other options say what of them is asked for.
fn by_http(age: &Age) -> Result<Freshness> {
    if age.newer_than.is_some() || age.older_than.is_some() {
        return Err(Error::usage(
            "--newer-than and --older-than choose among items; with --freshness http the rules of HTTP do",
        )
        .hint("--max-age limits how old a response may be"));
    }
    let renewal = match age.max_age {
        _ if age.force => Renewal::Reload,
        _ if age.refresh => Renewal::Revalidate,
        Some(Duration::ZERO) => Renewal::Revalidate,
        _ => Renewal::Usual,
    };
    Ok(Freshness::Http(Http { renewal, max_age: age.max_age, renewing: false }))
}

fn policy(args: &Fetch) -> Result<Policy> {
    let age = &args.age;
    Ok(Policy {
        freshness: freshness(age)?,
        check_method: age.check_method.unwrap_or_default(),
        newer_than: age.newer_than,
        older_than: age.older_than,
        offline: args.global.offline,
        stale_if_error: age.stale_if_error,
        keep: age.keep,
        no_cache: args.global.no_cache,
    })
}

fn proof(args: &Fetch) -> Result<Proof> {
    let right = &args.right;
    let says = |digest: &dl::digest::Digest, who: &str| Expected { digest: digest.clone(), who_says: who.to_owned() };
    let mut digests: Vec<Expected> = right.checksum.iter().map(|d| says(d, "--checksum")).collect();
    digests.extend(right.sha256.iter().map(|d| says(d, "--sha256")));
    if let (Some(least), Some(greatest)) = (right.min_size, right.max_size)
        && least > greatest
    {
        return Err(Error::usage(format!("--min-size {least} is greater than --max-size {greatest}")));
    }
    Ok(Proof {
        digests,
        size: right.size,
        min_size: right.min_size,
        max_size: right.max_size,
        strict_length: right.strict_length,
        allow_html: right.allow_html,
        names: Vec::new(),
    })
}

fn description(args: &Fetch) -> Result<Description> {
    let place = &args.place;
    let mut attributes = Vec::new();
    if let Some(text) = &place.attrs_json {
        let text = request::text_or_file(text)?;
        attributes = attribute_text::from_json(&text).map_err(|e| e.context("bad value for `--attrs-json`"))?;
    }
    let now = Timestamp::now();
    for text in &place.attr {
        let attribute = attribute_text::parse(text, now).map_err(|e| e.context("bad value for `--attr`"))?;
        // The last one of a name wins.
        attributes.retain(|a| a.namespace != attribute.namespace || a.name != attribute.name);
        attributes.push(attribute);
    }
    Ok(Description { attributes, label: place.label.clone(), filename: place.filename.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;
    use clap::CommandFactory as _;
    use dl::descriptor::payload::Payload;
    use dl::manager::task::{Destination, Naming};
    use std::ffi::OsString;
    use std::path::Path;

    fn planned(words: &[&str], config: &str) -> Result<Task> {
        let context = Context::of(&[]);
        let mut layers = Layers::default();
        layers.read(config, Path::new("config.toml"))?;
        let typed = Typed::new(parse::prepare(Fetch::command()), words.iter().map(OsString::from).collect())?;
        let mut planner = Planner::new(&context, &layers, &typed, Vec::new());
        let base = planner.base()?;
        planner.task(&Asked::typed(&base.ask.url[0]))
    }

    #[test]
    fn destinations() {
        let of = |words: &[&str]| planned(&[&["https://h/a/b.txt"], words].concat(), "").unwrap().destination;
        assert!(matches!(of(&[]), Destination::Cache));
        assert!(matches!(of(&["--no-cache"]), Destination::Open));
        assert!(matches!(of(&["-o", "-"]), Destination::Open));
        assert!(matches!(of(&["-o", "x"]), Destination::Path(p) if p == *"x"));
        assert!(matches!(of(&["-P", "d", "-o", "x"]), Destination::Path(p) if p == *"d/x"));
        assert!(matches!(of(&["-O"]), Destination::Folder { naming: Naming::Url, .. }));
        assert!(matches!(of(&["--remote-header-name", "-P", "d"]), Destination::Folder { naming: Naming::Header, .. }));
        let hint = |words: &[&str]| planned(words, "").unwrap_err().hint_text().map(str::to_owned);
        assert_eq!(hint(&["https://h/", "-o", "d/"]).as_deref(), Some("-P d/ saves into it"));
        assert!(planned(&["https://h/", "-o", "x", "-O"], "").is_err());
    }

    #[test]
    fn freshness_by_the_most_asking() {
        let of =
            |words: &[&str]| planned(&[&["https://h/"], words].concat(), "max-age = \"1d\"").unwrap().policy.freshness;
        assert_eq!(of(&[]), Freshness::MaxAge(Duration::from_hours(24)));
        assert_eq!(of(&["--max-age", "0"]), Freshness::Check);
        assert_eq!(of(&["--refresh"]), Freshness::Check);
        assert_eq!(of(&["--freshness=any"]), Freshness::Any);
        assert_eq!(of(&["--force"]), Freshness::Force);
        assert!(planned(&["https://h/", "--refresh", "--force"], "").is_err());
        let http = |renewal, max_age| Freshness::Http(Http { renewal, max_age, renewing: false });
        assert_eq!(of(&["--freshness", "http"]), http(Renewal::Usual, None));
        assert_eq!(of(&["--freshness", "http", "--refresh"]), http(Renewal::Revalidate, None));
        assert_eq!(of(&["--freshness", "http", "--max-age", "9"]), http(Renewal::Usual, Some(Duration::from_secs(9))));
        let by_config =
            |words: &[&str]| planned(&[&["https://h/"], words].concat(), "freshness = \"http\"\nmax-age = \"1d\"");
        assert_eq!(by_config(&["--force"]).unwrap().policy.freshness, http(Renewal::Reload, None));
        assert_eq!(by_config(&["--freshness", "any"]).unwrap().policy.freshness, Freshness::Any);
        assert!(by_config(&["--newer-than", "1d"]).is_err());
    }

    #[test]
    fn bodies_keep_their_order_and_exclude_each_other() {
        let task = planned(&["https://h/", "-d", "a=1", "--data-urlencode", "b=x y&", "-d", "c"], "").unwrap();
        let Payload::Data(pieces) = task.descriptor.payload else { panic!("no data") };
        let texts: Vec<String> = pieces.iter().map(|p| format!("{p:?}")).collect();
        assert_eq!(texts.len(), 3);
        let bytes = |text: &str| format!("Bytes({:?})", text.as_bytes());
        assert_eq!(texts, [bytes("a=1"), bytes("b=x%20y%26"), bytes("c")]);
        assert!(planned(&["https://h/", "-d", "a", "-F", "b=c"], "").is_err());
    }

    #[test]
    fn trust_is_what_the_command_line_says() {
        let plain = planned(&["https://h/"], "").unwrap().trust;
        assert_eq!(plain, Trust::default());
        let special = |words: &[&str]| planned(&[&["https://h/"], words].concat(), "").unwrap().trust;
        assert!(special(&["-k"]).insecure);
        let one = special(&["--resolve", "h:443:127.0.0.1"]);
        assert!(one.special.is_some() && one != special(&["--resolve", "h:443:127.0.0.2"]));
        assert_eq!(planned(&["https://h/"], "resolve = [\"h:443:127.0.0.1\"]").unwrap().trust, Trust::default());
    }

    #[test]
    fn hosts_have_mirrors_and_headers() {
        let config = "[host.\"https://h\"]\nmirror = [\"https://m.example/base/\"]\nheader = [\"X-A: 1\"]\n";
        let task = planned(&["https://h/a/b?c=d", "-A", "me"], config).unwrap();
        assert_eq!(task.descriptor.mirrors[0].as_str(), "https://m.example/base/a/b?c=d");
        let names: Vec<&str> = task.descriptor.headers.iter().map(dl::descriptor::header::Header::name).collect();
        assert_eq!(names, ["user-agent", "x-a"]);
        let replaced = planned(&["https://h/", "-A", "me", "-H", "User-Agent: other"], "").unwrap();
        assert_eq!(replaced.descriptor.headers.len(), 1);
    }
}
