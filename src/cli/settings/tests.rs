//! Tests of `settings`.

use super::super::args::Fetch;
use super::*;
use clap::FromArgMatches as _;
use url::Url;

fn typed(words: &[&str]) -> Typed {
    Typed::new(parse::prepare(Fetch::command()), words.iter().map(OsString::from).collect()).unwrap()
}

fn layers(variables: &[(&str, &str)], config: &str) -> Layers {
    let mut layers = Layers {
        environment: environment(&Context::of(variables), &parse::prepare(Fetch::command())),
        ..Layers::default()
    };
    layers.read(config, Path::new("config.toml")).unwrap();
    layers
}

fn folded(words: &[&str], layers: &Layers, url: &str) -> Result<Fetch> {
    let url = Url::parse(url).unwrap();
    let mut all: Vec<&[Setting]> = vec![&layers.environment];
    all.extend(layers.host_for(&url).map(|h| h.settings.as_slice()));
    all.push(&layers.file);
    Ok(Fetch::from_arg_matches(&fold(&typed(words), &all)?.matches).unwrap())
}

#[test]
fn the_nearest_layer_wins() {
    let layers = layers(
        &[("DL_RETRY", "2"), ("DL_LINK", "yes"), ("DL_LABEL", ""), ("DL_UNKNOWN", "1")],
        "retry = 3\nbackend = \"curl\"\nlabel = \"file\"\nverbose = 2\n[host.\"h\"]\nconnections = 4\nmax-age = \"1h\"\n",
    );
    let args = folded(&["--retry=1", "u"], &layers, "http://h/").unwrap();
    assert_eq!(args.travel.retry, Some(1));
    assert_eq!(args.travel.connections, Some(dl::transfer::job::Connections::Fixed(4)));
    assert_eq!(args.place.label.as_deref(), Some("file"));
    assert!(args.place.link);
    assert_eq!(args.global.loudness(), 2);
    let args = folded(&["--link=false", "u"], &layers, "http://other/").unwrap();
    assert_eq!((args.travel.retry, args.travel.connections, args.place.link), (Some(2), None, false));
    // One of the family, given nearer by, outdoes the others.
    assert!(folded(&["--refresh", "u"], &layers, "http://h/").unwrap().age.max_age.is_none());
    assert!(folded(&["u"], &layers, "http://h/").unwrap().age.max_age.is_some());
}

#[test]
fn header_fields_are_folded_by_name() {
    let layers = layers(
        &[],
        "header = [\"Accept: a\", \"X-All: 1\"]\n[host.\"h\"]\nheader = { Accept = \"b\", X-Host = \"2\" }\n\
         header-env = { Authorization = \"TOKEN\" }\n",
    );
    let mut headers = folded(&["-H", "x-host: 3", "u"], &layers, "http://h/").unwrap().ask.header;
    headers.sort();
    assert_eq!(headers, ["Accept: b", "Authorization: @env:TOKEN", "X-All: 1", "x-host: 3"]);
}

#[test]
fn errors_name_their_source() {
    let told = |variables: &[(&str, &str)], config: &str| {
        let mut all = Layers {
            environment: environment(&Context::of(variables), &parse::prepare(Fetch::command())),
            ..Layers::default()
        };
        let result = all
            .read(config, Path::new("config.toml"))
            .and_then(|()| fold(&typed(&["u"]), &[&all.environment, &all.file]).map(|_| ()));
        let error = result.unwrap_err();
        format!("{error} | {}", error.hint_text().unwrap_or_default())
    };
    assert!(told(&[("DL_RETRY", "x")], "").starts_with("DL_RETRY: bad value `x`"));
    assert!(told(&[], "\nretry = \"x\"").starts_with("config.toml:2: bad value `x`"));
    assert_eq!(told(&[], "max_age = 1"), "config.toml:1: unknown key `max_age` | did you mean `max-age`?");
    assert!(told(&[], "json = true").contains("command line only"));
    assert!(told(&[], "output = \"x\"").contains("command line only"));
    assert!(told(&[], "retry = [1, 2]").contains("takes one value"));
    assert!(told(&[], "[cache]\nmulti_user = true").contains("did you mean `multi-user`?"));
    assert!(told(&[], "[host.\"h\"]\nretry = 1").contains("unknown key `retry`"));
}

#[test]
fn json_and_explain_are_flags_only() {
    let layers = layers(&[("DL_JSON", "1"), ("DL_EXPLAIN", "1"), ("DL_OUTPUT", "x")], "");
    assert!(layers.environment.is_empty());
}
