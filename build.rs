//! Compiles `data/` in: read, checked, and written as one record per service. A catalogue that is wrong does not compile,
//! and a look-up parses nothing.
//!
//! The files of `src/catalogue/` that read an overlay check the data here, so there is one set of rules.

use std::collections::BTreeMap;
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

use catalogue::embedded::{Embedded, EmbeddedTable};
use catalogue::index::{EmbeddedIndex, Index, TooLarge};
use catalogue::load::{self, Data};
use catalogue::model::Id;
use serde::Serialize;

fn main() -> io::Result<()> {
    let home = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    for input in ["data", "schema"] {
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
    // The schemas are committed as people read them, and carried without their indentation, which is half of them.
    for file in ["records.json", "service.json", "overlay.json"] {
        let schema = fs::read_to_string(home.join("schema").join(file))?;
        fs::write(out.join(file), schema.lines().map(str::trim_start).collect::<String>())?;
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
    Ok(in_postcard(&Embedded {
        date: data.date(),
        general: &in_postcard(&data.general),
        controls: &in_postcard(&data.controls),
        services: &table(&data.services),
        sources: &table(&data.sources),
        index: EmbeddedIndex { keys: &keys, targets: &targets },
    }))
}

fn table<T: Serialize>(records: &BTreeMap<Id, T>) -> Vec<u8> {
    let (mut starts, mut bytes) = (Vec::new(), Vec::new());
    for record in records.values() {
        let start = u32::try_from(bytes.len()).expect("the catalogue is no gigabytes");
        starts.extend(start.to_le_bytes());
        bytes.extend(in_postcard(record));
    }
    let ids = fst::Map::from_iter(records.keys().map(|id| &**id).zip(0..)).expect("ids are in order");
    in_postcard(&EmbeddedTable { ids: ids.as_fst().as_bytes(), starts: &starts, records: &bytes })
}

fn in_postcard(value: &impl Serialize) -> Vec<u8> {
    postcard::to_extend(value, Vec::new()).expect("the catalogue fits into memory")
}
