//! What the server asks of the machine on which it runs, and addresses of files.

use lsp_types::Uri;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use trialect_driver::{Library, Trees};

/// The files around a text. What an editor has open comes before what is on the disk; the server sees to that itself.
pub trait World {
    /// The text of a file; none when there is no such file, or it is no text.
    fn read(&self, path: &Path) -> Option<String>;
    /// The `.trial` files in a folder, in the order of their names.
    fn files(&self, folder: &Path) -> Vec<PathBuf>;
    /// The standard library.
    fn library(&self) -> &Library;
    /// Texts that were read before.
    fn trees(&self) -> &Trees;
    /// A file in which people can read a text that is inside the program: `name` is where it stands among such texts, with
    /// `/` between folders.
    fn page(&self, name: &str, text: &str) -> Option<PathBuf>;
}

/// The path of a file's address; none for other addresses.
pub(crate) fn path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // `file://host/share` is a share; `file:///C:/folder` a drive.
    let (host, rest) = rest.split_at(rest.find('/')?);
    let decoded = decoded(rest)?;
    let is_drive = decoded.as_bytes().get(2) == Some(&b':');
    let path = if is_drive { decoded.trim_start_matches('/').to_string() } else { decoded };
    Some(PathBuf::from(if host.is_empty() || host == "localhost" { path } else { format!("//{host}{path}") }))
}

/// The address of a file.
pub(crate) fn uri(path: &Path) -> Option<Uri> {
    let text = path.to_str()?.replace('\\', "/");
    let mut address = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => address.push(byte as char),
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from_str(&address).ok()
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        let check = |address: &str, file: &str| {
            assert_eq!(path(&Uri::from_str(address).unwrap()), Some(PathBuf::from(file)), "{address}");
        };
        check("file:///lab/basic.trial", "/lab/basic.trial");
        check("file:///lab%20rig/ma%C3%9F.trial", "/lab rig/maß.trial");
        check("file:///C%3A/lab/basic.trial", "C:/lab/basic.trial");
        check("file://server/lab/basic.trial", "//server/lab/basic.trial");
        assert_eq!(path(&Uri::from_str("untitled:Untitled-1").unwrap()), None);
        for file in ["/lab rig/maß.trial", "/lab/a%b#c.trial"] {
            assert_eq!(uri(Path::new(file)).as_ref().and_then(path), Some(PathBuf::from(file)), "{file}");
        }
    }
}
