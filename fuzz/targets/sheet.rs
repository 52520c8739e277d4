#![no_main]
//! Sheets: the first byte chooses a header, the rest is rows; without one, the text brings its own.

use libfuzzer_sys::fuzz_target;

const HEADERS: [&[u8]; 5] = [
    b"",
    b"identity/LineItemId,lineItem/ProductCode,product/servicecode\n",
    b"line_item_product_code,product_servicecode\r\n",
    b"\"BilledCost\",\"ServiceName\",\"x_ServiceCode\"\n",
    b"CHECK_ID;STATUS;MUTED;SERVICE_NAME;RESOURCE_UID\n",
];

fuzz_target!(|data: &[u8]| {
    let Some((choice, rows)) = data.split_first() else { return };
    let header = HEADERS[usize::from(*choice) % HEADERS.len()];
    let sheet = [header, rows].concat();
    let read = whose_fuzz::read(&sheet);
    assert!(header.is_empty() || read.is_ok(), "every csv can be read: {read:?}");
    let mut input = &*sheet;
    if let Err(error) = whose::inventory::verdicts::read(&mut input, &mut |_, _| {}) {
        whose_fuzz::refused(&error, &sheet);
    }
});
