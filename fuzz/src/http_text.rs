//! A text format of requests and responses, so that inputs can be written by hand.

/// Splits `data` at the first empty line into the lines before it and the bytes after it.
#[must_use]
pub fn head_and_body(data: &[u8]) -> (Vec<String>, &[u8]) {
    let end = data.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = end.map_or((data, &[][..]), |end| (&data[..end], &data[end + 2..]));
    (String::from_utf8_lossy(head).split('\n').map(str::to_owned).collect(), body)
}

/// Splits a line `Name:value`. Without a colon, the value is empty.
#[must_use]
pub fn header(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (name.to_owned(), value.to_owned())
}
