//! Listings agree with Python's `zipfile` and `tarfile`, on what these and the usual programs pack.

use crate::archive::format::Format;
use crate::archive::members::MemberKind;
use crate::archive::tests::{cat, extract, members, open, tree};
use crate::archive::{Archive, Limits};
use std::fs::File;
use std::path::Path;
use std::process::Command;

/// Packs a tree in many ways, and prints what Python lists: format, path, then one line a member.
const PACK: &str = r"
import io, os, sys, tarfile, zipfile, stat
os.chdir(sys.argv[1])
os.makedirs('src/sub/deep', exist_ok=True)
os.makedirs('src/empty')
open('src/one.txt','w').write('one\n')
open('src/sub/zwei-ü.txt','w').write('zwei\n' * 5000)
open('src/sub/deep/' + 'n' * 90,'wb').write(os.urandom(3000))
open('src/' + 'x' * 99,'w').write('x')
open('src/run.sh','w').write('#!/bin/sh\n'); os.chmod('src/run.sh', 0o755)
os.symlink('../one.txt', 'src/sub/link')
os.link('src/one.txt', 'src/hard')
os.utime('src/one.txt', (1e9, 1e9 + 0.25))
made = []
for fmt, name in ((tarfile.USTAR_FORMAT,'ustar'),(tarfile.GNU_FORMAT,'gnu'),(tarfile.PAX_FORMAT,'pax')):
    for mode, ext in (('w','tar'),('w:gz','tar.gz'),('w:bz2','tar.bz2'),('w:xz','tar.xz')):
        path = f'{name}.{ext}'
        with tarfile.open(path, mode, format=fmt) as t: t.add('src')
        made.append(path)
for method, name in ((zipfile.ZIP_STORED,'stored'),(zipfile.ZIP_DEFLATED,'deflated'),(zipfile.ZIP_BZIP2,'bzip2')):
    path = f'{name}.zip'
    with zipfile.ZipFile(path, 'w', method) as z:
        for root, dirs, files in os.walk('src'):
            for n in dirs + files: z.write(os.path.join(root, n))
        with z.open('streamed', 'w', force_zip64=True) as f: f.write(b'zip64')
        z.writestr('bare', 'text')
    made.append(path)
class Pipe(io.RawIOBase):
    def __init__(self, f): self.f = f
    def writable(self): return True
    def write(self, b): return self.f.write(b)
with open('pipe.zip','wb') as f, zipfile.ZipFile(Pipe(f), 'w', zipfile.ZIP_DEFLATED) as z:
    z.writestr('a', 'a' * 1000); z.writestr('d/b', b''); z.mkdir('m') if hasattr(z, 'mkdir') else None
made.append('pipe.zip')
os.system('command -v tar >/dev/null && for f in gnu posix ustar v7 oldgnu; do tar --format=$f -cf cli-$f.tar src/one.txt src/run.sh src/hard src/sub/link; done')
os.system('command -v zip >/dev/null && zip -qry cli.zip src/one.txt src/run.sh src/empty src/sub/link && zip -qr - src/one.txt src/empty >cli-pipe.zip')
os.system('command -v bsdtar >/dev/null && bsdtar -cf bsd.tar src && bsdtar --format zip -cf bsd.zip src/one.txt src/empty src/run.sh')
made += sorted(n for n in os.listdir('.') if n.startswith(('cli','bsd')))
for path in made:
    print('#', path)
    if path.endswith('.zip'):
        for i in zipfile.ZipFile(path).infolist():
            link = stat.S_ISLNK(i.external_attr >> 16)
            print('dir' if i.is_dir() else 'link' if link else 'file', i.file_size, i.filename)
    else:
        for i in tarfile.open(path):
            kind = 'dir' if i.isdir() else 'link' if i.issym() or i.islnk() else 'file' if i.isfile() else '?'
            print(kind, i.size, i.name)
";

fn python(script: &str, dir: &Path) -> Option<String> {
    let Ok(output) = Command::new("python3").args(["-c", script]).arg(dir).output() else {
        eprint_skipped("python3 is not installed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

#[expect(clippy::print_stderr, reason = "a test that could not run must say so")]
fn eprint_skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

#[test]
fn listings_agree_with_python() {
    let folder = tempfile::tempdir().unwrap();
    let Some(listed) = python(PACK, folder.path()) else { return };
    let source = tree(&folder.path().join("src"));
    let mut seen = 0;
    for part in listed.split("# ").skip(1) {
        let (name, lines) = part.split_once('\n').unwrap();
        let file = File::open(folder.path().join(name)).unwrap();
        let archive = Archive::open(file, name, Limits::default()).unwrap();
        let ours = members(&archive)
            .unwrap_or_else(|e| panic!("{name}: {e}"))
            .iter()
            .fold(String::new(), |all, m| all + &format!("{} {} {}\n", m.kind.name(), m.size, m.name));
        // Without the mark of UTF-8, Python takes a name for code page 437.
        if lines.is_ascii() || ours.is_ascii() || lines.contains("zwei-\u{fc}") {
            assert_eq!(ours, lines, "{name}");
        }
        let is_zip = archive.format() == Format::Zip;
        let dir = folder.path().join(format!("out-{name}"));
        extract(&archive, &dir).unwrap_or_else(|e| panic!("{name}: {e}"));
        for (path, content) in tree(&dir.join("src")) {
            // A zip by Python follows links.
            if !(is_zip && path.ends_with("link")) {
                assert_eq!(source.get(&path), Some(&content), "{name}: {path}");
            }
        }
        if !name.starts_with("cli") && !name.starts_with("bsd") && name != "pipe.zip" {
            assert_eq!(tree(&dir.join("src")).len(), source.len(), "{name}");
        }
        seen += 1;
    }
    assert!(seen >= 16, "{listed}");
}

/// What Python makes of archives that we unpack, and the other way round: where it sees other members, we must refuse.
#[test]
fn changed_headers_never_make_a_listing_that_python_does_not_see() {
    let tar = crate::archive::tests::build::Tar::new()
        .pax(b'x', &[("path", "long/name"), ("size", "4")])
        .file("a", b"text")
        .long(b'L', b"gnu/long")
        .file("b", b"more")
        .folder("d/")
        .symlink("l", "a")
        .end();
    let zip = crate::archive::tests::build::Zip::new().file("a", b"text").folder("d/").file("b", b"more").end();
    let folder = tempfile::tempdir().unwrap();
    let mut ours = Vec::new();
    for (bytes, name) in [(&tar, "tar"), (&zip, "zip")] {
        for at in 0..bytes.len() {
            // Each byte once, to another value each.
            let mut changed = bytes.clone();
            changed[at] = changed[at].wrapping_add(1 + (at % 7) as u8 * 36);
            if name == "tar" {
                // The blocks at the end mean nothing but the end.
                if bytes[at / 512 * 512..][..512].iter().all(|b| *b == 0) {
                    break;
                }
                fix_checksum(&mut changed, at / 512 * 512);
            }
            let Ok(listed) = members(&open(&changed, &format!("x.{name}"))) else { continue };
            let path = format!("{at:06}.{name}");
            std::fs::write(folder.path().join(&path), &changed).unwrap();
            let lines = listed.iter().filter(|m| m.kind != MemberKind::Link);
            let lines =
                lines.map(|m| format!("{} {} {:?}", m.kind.name(), m.size, m.name)).collect::<Vec<_>>().join("|");
            ours.push(format!("{path} {lines}\n"));
        }
    }
    let script = r"
import os, sys, tarfile, zipfile, stat
os.chdir(sys.argv[1])
def quote(s): return chr(34) + s + chr(34)
for path in sorted(os.listdir('.')):
    try:
        if path.endswith('.zip'):
            rows = [('dir' if i.is_dir() else 'file', i.file_size, i.filename) for i in zipfile.ZipFile(path).infolist() if not stat.S_ISLNK(i.external_attr >> 16)]
        else:
            rows = [('dir' if i.isdir() else 'file', i.size, i.name) for i in tarfile.open(path) if not (i.issym() or i.islnk())]
        print(path, '|'.join(f'{k} {s} {quote(n)}' for k, s, n in rows))
    except Exception as e:
        print(path, 'refused')
";
    let Some(theirs) = python(script, folder.path()) else { return };
    ours.sort();
    // What Python does not open at all it does not see otherwise.
    let differences: Vec<_> = ours
        .iter()
        .zip(theirs.lines())
        .filter(|(mine, other)| mine.trim_end() != *other && !other[11..].starts_with("refused"))
        .collect();
    assert!(differences.is_empty(), "{differences:#?}");
    assert_eq!(ours.len(), theirs.lines().count());
    assert!(ours.len() > 100);
    let _ = cat(&open(&tar, "x"), Some("gnu/long")).unwrap();
}

/// Makes the checksum of a tar header right again.
fn fix_checksum(tar: &mut [u8], at: usize) {
    if tar[at..at + 512].iter().all(|b| *b == 0) || &tar[at + 257..at + 262] != b"ustar" {
        return;
    }
    let mut head = [0; 512];
    head.copy_from_slice(&tar[at..at + 512]);
    tar[at..at + 512].copy_from_slice(&crate::archive::tests::build::Head(head).finish());
}
