//! The XML of S3: pages of a listing, and refusals.

use percent_encoding::percent_decode_str;
use roxmltree::{Document, Node};

/// A page of a listing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// The names of objects, decoded.
    pub(super) names: Vec<Vec<u8>>,
    /// The token of the next page.
    pub(super) next: Option<String>,
}

fn text<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    let found = node.children().find(|child| child.tag_name().name() == name)?;
    Some(found.text().unwrap_or_default())
}

/// Reads a page of `ListObjectsV2` with `encoding-type=url`; `None` if it is none.
pub(super) fn page(xml: &[u8]) -> Option<Page> {
    let document = Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
    let root = document.root_element();
    if root.tag_name().name() != "ListBucketResult" {
        return None;
    }
    let is_encoded = text(root, "EncodingType") == Some("url");
    let decode = |name: &str| {
        // As in forms: a space may be a plus, and a plus never stands for itself.
        if is_encoded { percent_decode_str(&name.replace('+', " ")).collect() } else { name.as_bytes().to_vec() }
    };
    let objects = root.children().filter(|child| child.tag_name().name() == "Contents");
    let names = objects.filter_map(|object| text(object, "Key")).map(decode).collect();
    let next = text(root, "NextContinuationToken").filter(|_| text(root, "IsTruncated") == Some("true"));
    Some(Page { names, next: next.map(str::to_owned) })
}

/// Code and message of a refusal, empty where it says nothing.
pub(super) fn refusal(xml: &[u8]) -> (String, String) {
    let read = || {
        let document = Document::parse(std::str::from_utf8(xml).ok()?).ok()?;
        let root = document.root_element();
        let error = root.descendants().find(|node| node.tag_name().name() == "Error")?;
        let part = |name| text(error, name).unwrap_or_default().to_owned();
        Some((part("Code"), part("Message")))
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read() {
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><NextContinuationToken>a&amp;b=</NextContinuationToken>
            <Contents><Key>a%2Fb+c%2B</Key><Size>3</Size></Contents><Contents><Key>%D0%BA</Key></Contents>
            <CommonPrefixes><Prefix>x/</Prefix></CommonPrefixes></ListBucketResult>"#;
        let names = vec![b"a/b c+".to_vec(), "к".into()];
        assert_eq!(page(xml), Some(Page { names, next: Some("a&b=".to_owned()) }));
        let last =
            b"<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x</NextContinuationToken>\
            <Contents><Key>a+%20&lt;</Key></Contents></ListBucketResult>";
        assert_eq!(page(last), Some(Page { names: vec![b"a+%20<".to_vec()], next: None }), "not encoded");
        for bad in [&b"<Error/>"[..], b"", b"<ListBucketResult>", b"\xff"] {
            assert_eq!(page(bad), None);
        }
    }

    #[test]
    fn refusals_are_read() {
        let xml = b"<?xml version='1.0'?><Error><Code>NoSuchBucket</Code><Message>none &amp; such</Message></Error>";
        assert_eq!(refusal(xml), ("NoSuchBucket".to_owned(), "none & such".to_owned()));
        let nested = b"<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>";
        assert_eq!(refusal(nested), ("X".to_owned(), String::new()));
        assert_eq!(refusal(b"<html>no"), (String::new(), String::new()));
    }
}
