//! Cookies, RFC 6265bis.

use http::{HeaderMap, HeaderValue, header};

/// A cookie that scripts cannot read and that other sites' requests do not carry, but for top-level navigation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cookie<'a> {
    pub(crate) name: &'a str,
    /// Under https the name takes the prefix that ties it to this host.
    pub(crate) secure: bool,
}

impl Cookie<'_> {
    pub(crate) fn full_name(self) -> String {
        if self.secure { format!("__Host-{}", self.name) } else { self.name.to_owned() }
    }

    /// The value of a `Set-Cookie` header; an age of zero removes the cookie.
    pub(crate) fn set(self, value: &str, max_age: i64) -> String {
        self.with("Lax", value, max_age)
    }

    /// The same, for the answer to a page of another site; browsers take that under https only.
    pub(crate) fn set_for_other_sites(self, value: &str, max_age: i64) -> String {
        self.with(if self.secure { "None" } else { "Lax" }, value, max_age)
    }

    /// The same, for a page in another site's frame: browsers keep it apart for each site that frames the page.
    pub(crate) fn set_in_frame(self, value: &str, max_age: i64) -> String {
        let partitioned = if self.secure { "; Partitioned" } else { "" };
        self.set_for_other_sites(value, max_age) + partitioned
    }

    fn with(self, same_site: &str, value: &str, max_age: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite={same_site}; Max-Age={max_age}{secure}", self.full_name())
    }
}

/// The value of a `Set-Cookie` header that removes the cookie of this full name.
pub(crate) fn forget(full_name: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{full_name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}")
}

/// The value of a cookie in a request. Others of the same host may hold any bytes.
pub(crate) fn read(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = pairs(headers).find_map(|pair| pair.strip_prefix(name.as_bytes())?.strip_prefix(b"="))?;
    String::from_utf8(value.to_vec()).ok()
}

/// The cookies of a request whose names begin so, with their values.
pub(crate) fn beginning_with(headers: &HeaderMap, prefix: &str) -> Vec<(String, String)> {
    let ours = pairs(headers).filter(|pair| pair.starts_with(prefix.as_bytes()));
    let text = ours.filter_map(|pair| std::str::from_utf8(pair).ok()?.split_once('='));
    text.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_ties_the_cookie_to_the_host() {
        let cookie = Cookie { name: "a", secure: true };
        assert_eq!(cookie.set("b", 9), "__Host-a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=9; Secure");
    }

    #[test]
    fn the_right_cookie_is_found() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("aa=1; a=2=3"));
        headers.append(header::COOKIE, HeaderValue::from_static("b=4"));
        assert_eq!(read(&headers, "a").as_deref(), Some("2=3"));
        assert_eq!(read(&headers, "b").as_deref(), Some("4"));
        assert_eq!(read(&headers, "c"), None);
    }

    #[test]
    fn a_neighbours_bytes_do_not_matter() -> Result<(), http::header::InvalidHeaderValue> {
        for line in [&b"z\xfc=\xe4; a=1"[..], b"a=1; name=M\xc3\xbcller", b" \xff ;a=1;", b"b; a=1"] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_bytes(line)?)]);
            assert_eq!(read(&headers, "a").as_deref(), Some("1"));
        }
        Ok(())
    }
}
