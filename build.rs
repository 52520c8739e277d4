//! Compiles `data/` in: read, checked, and written as one record per service. A catalogue that is wrong does not compile,
//! and a look-up parses nothing.
//!
//! The files of `src/catalogue/` that read an overlay check the data here, so there is one set of rules.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "src/catalogue"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the build script needs a part of what the program makes public"
)]
mod catalogue {
    pub mod diagnostics;
    pub mod embedded;
    pub mod index;
    pub mod load;
    pub mod model;
    pub mod normalize;
    pub mod validate;
}

use catalogue::embedded::{Embedded, EmbeddedTable, Symbols};
use catalogue::index::{EmbeddedIndex, Index, TooLarge};
use catalogue::load::{self, Data};
use catalogue::model::Id;
use flate2::Compression;
use flate2::write::GzEncoder;
use fsst::Compressor;
use serde::Serialize;

const PAGE_STYLE: &str = "src/export/page/page.css";
const PAGE_SCRIPT: &str = "src/export/page/page.js";

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for input in ["data", "schema", PAGE_STYLE, PAGE_SCRIPT] {
        println!("cargo::rerun-if-changed={input}");
    }
    let root = home.join("data");
    let mut files = Vec::new();
    read(&root, &root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    match load::load(&files) {
        Ok(data) => match encode(&data) {
            Ok(bytes) => fs::write(out.join("catalogue.bin"), bytes)?,
            Err(error) => println!("cargo::error=data: {error}"),
        },
        Err(faults) => {
            for fault in &faults {
                println!("cargo::error=data/{fault}");
            }
        }
    }
    // What is printed whole, and seldom, is carried compressed.
    for file in ["schema/records.json", "schema/service.json", "schema/overlay.json", PAGE_STYLE, PAGE_SCRIPT] {
        let path = home.join(file);
        let name = path.file_name().expect("a file has a name").to_string_lossy();
        let mut carried = GzEncoder::new(fs::File::create(out.join(format!("{name}.gz")))?, Compression::best());
        io::copy(&mut fs::File::open(&path)?, &mut carried)?;
        carried.finish()?;
    }
    Ok(())
}

/// Every YAML file below a folder, with its path from `root` in forward slashes.
fn read(root: &Path, folder: &Path, files: &mut Vec<load::File>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read(root, &path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let below = path.strip_prefix(root).unwrap_or(&path);
            let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            files.push(load::File { path: parts.join("/"), text: fs::read_to_string(&path)? });
        }
    }
    Ok(())
}

/// The catalogue as it is compiled in.
fn encode(data: &Data) -> Result<Vec<u8>, TooLarge> {
    let (keys, targets) = Index::build(&data.services.values().collect::<Vec<_>>(), &data.general)?;
    let (general, controls) = (in_postcard(&data.general), in_postcard(&data.controls));
    let services: Vec<_> = data.services.values().map(in_postcard).collect();
    let sources: Vec<_> = data.sources.values().map(in_postcard).collect();
    let compressor = Compressor::train(&vec![&*general, &*controls]);
    Ok(in_postcard(&Embedded {
        date: data.date(),
        symbols: Symbols { groups: &groups(&compressor), lengths: compressor.symbol_lengths() },
        general: &compressor.compress(&general),
        controls: &compressor.compress(&controls),
        services: &table(data.services.keys(), &services),
        sources: &table(data.sources.keys(), &sources),
        index: EmbeddedIndex { keys: &keys, targets: &targets },
    }))
}

/// An [`EmbeddedTable`] of records in postcard, with their ids, in order.
fn table<'a>(ids: impl Iterator<Item = &'a Id>, records: &[Vec<u8>]) -> Vec<u8> {
    let compressor = Compressor::train(&records.iter().map(Vec::as_slice).collect());
    let (mut starts, mut bytes) = (Vec::new(), Vec::new());
    for record in records {
        let start = u32::try_from(bytes.len()).expect("the catalogue is no gigabytes");
        starts.extend(start.to_le_bytes());
        bytes.extend(compressor.compress(record));
    }
    let ids = fst::Map::from_iter(ids.map(|id| &**id).zip(0..)).expect("ids are in order");
    in_postcard(&EmbeddedTable {
        symbols: Symbols { groups: &groups(&compressor), lengths: compressor.symbol_lengths() },
        ids: ids.as_fst().as_bytes(),
        starts: &starts,
        records: &bytes,
    })
}

/// The symbols of a compressor, eight bytes each.
fn groups(compressor: &Compressor) -> Vec<u8> {
    compressor.symbol_table().iter().flat_map(|group| group.to_u64().to_le_bytes()).collect()
}

fn in_postcard(value: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(value, Vec::new()).expect("the catalogue fits into memory")
}
