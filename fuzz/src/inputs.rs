//! What the input of a target stands for, where a reader does not get it as it is. The tests that replay the corpora share
//! this file.

/// A sheet: the first byte chooses a header, the rest is rows; without a header, the rows bring their own.
pub fn sheet(input: &[u8]) -> (&'static [u8], &[u8]) {
    const HEADERS: [&[u8]; 5] = [
        b"",
        b"identity/LineItemId,lineItem/ProductCode,product/servicecode\n",
        b"line_item_product_code,product_servicecode\r\n",
        b"\"BilledCost\",\"ServiceName\",\"x_ServiceCode\"\n",
        b"CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_UID\n",
    ];
    let (choice, rows) = chosen(input);
    (HEADERS[choice % HEADERS.len()], rows)
}

/// A template: told by its first line, so that no input is spent on other dialects.
pub fn template(input: &[u8]) -> Vec<u8> {
    [b"Transform: x\n", input].concat()
}

/// The first byte as a choice, of a format or a header, and the rest.
pub fn chosen(input: &[u8]) -> (usize, &[u8]) {
    input.split_first().map_or((0, input), |(choice, rest)| (usize::from(*choice), rest))
}
