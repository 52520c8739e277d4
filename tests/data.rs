//! The rules of the catalogue that no single file can break: every assertion lists all offenders.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use whose::catalogue::load::File;
use whose::catalogue::model::{
    Basis, Category, Check, CheckProvider, Id, Layer, Lifecycle, Party, Service, Split, Splits,
};
use whose::catalogue::{Catalogue, Rule};

/// Fails with one line per offender.
#[track_caller]
fn none(offenders: impl IntoIterator<Item = String>, rule: &str) {
    let offenders: Vec<String> = offenders.into_iter().collect();
    assert!(offenders.is_empty(), "{rule}; {} offenders:\n{}", offenders.len(), offenders.join("\n"));
}

fn file(service: &Service) -> String {
    format!("data/{}/{}.yaml", service.category, service.id)
}

/// A split that stands in a file.
struct Written<'c> {
    file: String,
    layer: Layer,
    split: &'c Split,
}

/// Every split that stands in a file.
fn splits(catalogue: &Catalogue) -> Vec<Written<'_>> {
    fn of<'c>(file: &str, splits: &'c Splits) -> Vec<Written<'c>> {
        splits.iter().map(|(layer, split)| Written { file: file.to_owned(), layer: *layer, split }).collect()
    }
    let mut all = of("data/every-service.yaml", catalogue.every_service());
    for category in Category::ALL {
        all.extend(of(&format!("data/{category}/_category.yaml"), &catalogue.category(*category).splits));
    }
    for service in catalogue.services().iter() {
        all.extend(of(&file(service), &service.splits));
        all.extend(service.modes.iter().flat_map(|mode| of(&file(service), &mode.splits)));
    }
    all
}

impl Written<'_> {
    fn place(&self) -> String {
        format!("{}: {}", self.file, self.layer)
    }

    /// Whether it is the answer of no single service.
    fn is_general(&self) -> bool {
        self.file.ends_with("every-service.yaml") || self.file.ends_with("_category.yaml")
    }

    /// Every sentence of it.
    fn duties(&self) -> impl Iterator<Item = &str> {
        let third = self.split.third_party.iter().flat_map(|third| &third.duties);
        self.split.aws.iter().chain(&self.split.customer).chain(third).map(|duty| &**duty)
    }
}

#[test]
fn every_layer_of_every_service_and_mode_is_answered() {
    let catalogue = Catalogue::built_in();
    for service in catalogue.services().iter() {
        for mode in service.variants() {
            let silent = Layer::ALL.iter().filter(|layer| {
                let split = catalogue.split(service, mode, **layer).split;
                let sides = [Party::Aws, Party::Customer, Party::ThirdParty];
                split.sources.is_empty() || sides.iter().all(|side| split.duties(*side).is_empty())
            });
            none(silent.map(ToString::to_string), &format!("{}: every layer has a duty and a page", service.id));
        }
    }
}

#[test]
fn sources_are_pages_of_aws_of_nist_or_of_the_third_party() {
    // Hosts besides AWS's own, and whose they are.
    const THIRD_PARTIES: &[(&str, &str)] = &[
        ("docs.oracle.com", "Oracle, which runs Oracle Database@AWS"),
        ("vmc.techzone.vmware.com", "VMware by Broadcom, which runs VMware Cloud on AWS"),
    ];
    let catalogue = Catalogue::built_in();
    let mut used = BTreeSet::new();
    let mut offenders = Vec::new();
    for source in catalogue.sources().iter() {
        let host = source.url.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let is_aws = ["aws.amazon.com", "amazonaws.cn", "skillbuilder.aws", "awsstatic.com", "repost.aws"]
            .iter()
            .any(|own| host == *own || host.ends_with(&format!(".{own}")));
        if let Some((third_party, _)) = THIRD_PARTIES.iter().find(|(own, _)| *own == host) {
            used.insert(*third_party);
        } else if !is_aws {
            offenders.push(format!("{}: {}", source.id, source.url));
        }
    }
    none(offenders, "a source is a page on a host of AWS's, of NIST's or of a named third party's");
    let idle = THIRD_PARTIES.iter().map(|(host, _)| *host).filter(|host| !used.contains(host));
    none(idle.map(str::to_owned), "an exception that nothing needs any more is taken out");
}

/// Every announcement of a service: its own, its modes' and its names'.
fn lifecycles(service: &Service) -> impl Iterator<Item = &Lifecycle> {
    let names = service.aliases.iter().chain(&service.former_names).map(|name| &name.lifecycle);
    let modes = service.modes.iter().map(|mode| &mode.lifecycle);
    names.chain(modes).chain([&service.lifecycle]).flatten()
}

#[test]
fn every_source_is_cited_and_no_page_has_two_keys() {
    let catalogue = Catalogue::built_in();
    let mut cited: BTreeSet<&Id> = splits(&catalogue).iter().flat_map(|written| &written.split.sources).collect();
    cited.extend(Category::ALL.iter().flat_map(|category| &catalogue.category(*category).sources));
    for service in catalogue.services().iter() {
        cited.extend(&service.sources);
        cited.extend(service.modes.iter().flat_map(|mode| &mode.sources));
        cited.extend(lifecycles(service).flat_map(|lifecycle| &lifecycle.sources));
    }
    let idle = catalogue.sources().iter().filter(|source| !cited.contains(&source.id));
    none(idle.map(|source| source.id.to_string()), "a source that nothing cites is taken out");
    let mut pages: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for source in catalogue.sources().iter() {
        pages.entry(&source.url).or_default().push(&source.id);
    }
    let twice = pages.into_iter().filter(|(_, keys)| keys.len() > 1);
    none(twice.map(|(url, keys)| format!("{url}: {}", keys.join(", "))), "a page has one key");
}

#[test]
fn what_every_service_and_category_does_names_its_controls() {
    let catalogue = Catalogue::built_in();
    let general = splits(&catalogue).into_iter().filter(Written::is_general);
    let without = general.filter(|written| {
        let sides = [Party::Aws, Party::Customer, Party::ThirdParty];
        let mut duties = sides.into_iter().flat_map(|side| written.split.duties(side));
        written.split.controls.is_empty() && duties.any(|duty| duty.controls.is_empty())
    });
    none(without.map(|written| written.place()), "NIST SP 800-53 ids stand on what holds for many services");
}

#[test]
fn a_layer_that_is_encrypted_or_updated_says_how() {
    // The seeds' own examples keep the parties that the seeds give them, whatever the mechanism is today.
    const SEEDS: [&str; 3] = ["/ec2.yaml", "/rds.yaml", "/s3.yaml"];
    // No page says who updates the encoder that MediaLive Anywhere runs on the customer's machine.
    const SILENT: &[&str] = &["/medialive.yaml"];
    let catalogue = Catalogue::built_in();
    let layers = [Layer::GuestOs, Layer::Platform, Layer::EncryptionInTransit, Layer::EncryptionAtRest];
    let silent = splits(&catalogue).into_iter().filter(|written| {
        layers.contains(&written.layer)
            && written.split.mechanism.is_none()
            && written.split.party != Party::ThirdParty
            && !SEEDS.iter().chain(SILENT).any(|file| written.file.ends_with(file))
    });
    none(silent.map(|written| written.place()), "a split of these layers names its mechanism, which decides its party");
}

#[test]
fn a_sentence_speaks_of_its_service() {
    let catalogue = Catalogue::built_in();
    let all = splits(&catalogue);
    let mut places: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for written in &all {
        for duty in written.duties() {
            places.entry(duty).or_default().insert(&written.file);
        }
    }
    // What holds for every service may be said once more where a category says more about the same layer.
    let own = |file: &&&str| !file.ends_with("every-service.yaml") && !file.ends_with("_category.yaml");
    let common = places.into_iter().filter(|(_, files)| files.len() > 1 && files.iter().any(|file| own(&file)));
    let rows = common.map(|(duty, files)| format!("{duty}\n    {}", files.into_iter().collect::<Vec<_>>().join(", ")));
    none(rows, "a sentence that is true of several services belongs to the category");
}

#[test]
fn a_derived_split_says_what_it_is_inferred_from() {
    let catalogue = Catalogue::built_in();
    let silent = splits(&catalogue)
        .into_iter()
        .filter(|written| written.split.basis == Basis::Derived && written.split.note.is_none());
    none(silent.map(|written| written.place()), "a derived split has a note");
}

#[test]
fn text_is_plain_ascii_so_that_every_console_shows_it() {
    let catalogue = Catalogue::built_in();
    let mut offenders = Vec::new();
    for written in splits(&catalogue) {
        let texts = written.duties().chain(written.split.note.as_deref());
        offenders.extend(texts.filter(|text| !text.is_ascii()).map(|text| format!("{}: {text}", written.place())));
    }
    none(offenders, "duties and notes are ASCII");
}

#[test]
fn modes_are_several_and_name_a_category_only_where_it_is_another() {
    let catalogue = Catalogue::built_in();
    let mut offenders = Vec::new();
    for service in catalogue.services().iter() {
        let own = service.modes.iter().filter(|mode| mode.category == Some(service.category));
        offenders.extend(own.map(|mode| format!("{}: {}", file(service), mode.id)));
        offenders.extend((service.modes.len() == 1).then(|| format!("{}: one mode alone is no choice", file(service))));
    }
    none(offenders, "modes are several, and name a category only where it is another than the service's");
}

/// Every check with the service and layer at which it stands.
fn checks(catalogue: &Catalogue) -> Vec<(&Service, Layer, CheckProvider, &Check)> {
    let mut all = Vec::new();
    for service in catalogue.services().iter() {
        all.extend(service.checks().map(|(layer, provider, check)| (service, layer, provider, check)));
    }
    all
}

#[test]
fn a_check_has_the_form_that_its_provider_gives_it() {
    let catalogue = Catalogue::built_in();
    let all = |text: &str, good: fn(char) -> bool| !text.is_empty() && text.chars().all(good);
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_formed = |provider: CheckProvider, id: &str| match provider {
        CheckProvider::SecurityHub => id.split_once('.').is_some_and(|(service, number)| {
            service.starts_with(|c: char| c.is_ascii_uppercase())
                && all(service, |c| c.is_ascii_alphanumeric())
                && all(number, |c| c.is_ascii_digit())
                && !number.starts_with('0')
        }),
        CheckProvider::Config => id.split('-').all(|part| all(part, lower)),
        CheckProvider::Prowler => id.contains('_') && id.split('_').all(|part| all(part, lower)),
        _ => false,
    };
    let offenders = checks(&catalogue).into_iter().filter(|(_, _, provider, check)| !is_formed(*provider, &check.id));
    let rows = offenders.map(|(service, _, provider, check)| format!("{}: {provider} {}", file(service), check.id));
    none(rows, "an id is written as its provider writes it");
}

#[test]
fn a_check_leads_to_a_page_of_its_provider() {
    let catalogue = Catalogue::built_in();
    let home = |provider| match provider {
        CheckProvider::SecurityHub => "https://docs.aws.amazon.com/securityhub/",
        CheckProvider::Config => "https://docs.aws.amazon.com/config/",
        CheckProvider::Prowler => "https://hub.prowler.com/",
        other => panic!("where are the pages of {other}?"),
    };
    let urls = checks(&catalogue).into_iter().map(|(_, _, provider, check)| (provider, check.url(provider)));
    let offenders = urls.filter(|(provider, url)| {
        !url.starts_with(home(*provider)) || url.contains(|c: char| c.is_whitespace() || c.is_ascii_uppercase())
    });
    none(offenders.map(|(_, url)| url), "a check's page stands on its provider's host");
}

#[test]
fn a_check_proves_a_duty_of_the_customers() {
    let catalogue = Catalogue::built_in();
    let idle = checks(&catalogue).into_iter().filter(|(service, layer, ..)| {
        let variants = service.variants();
        let mut answers = variants.into_iter().map(|mode| catalogue.split(service, mode, *layer));
        !answers.any(|answer| answer.duties(Party::Customer).next().is_some())
    });
    none(
        idle.map(|(service, layer, _, check)| format!("{}: {layer} {}", file(service), check.id)),
        "behind a check there is something for the customer to do",
    );
}

#[test]
fn a_check_at_two_layers_says_why() {
    let catalogue = Catalogue::built_in();
    let mut places: BTreeMap<&str, (BTreeSet<Layer>, BTreeMap<Layer, String>)> = BTreeMap::new();
    for (service, layer, _, check) in checks(&catalogue) {
        let (layers, silent) = places.entry(&check.id).or_default();
        layers.insert(layer);
        if check.note.is_none() {
            silent.insert(layer, format!("{} {layer}", file(service)));
        }
    }
    let offenders = places.into_iter().filter(|(_, (layers, silent))| layers.len() > 1 && silent.len() > 1);
    none(
        offenders.map(|(id, (_, silent))| format!("{id}: {}", silent.into_values().collect::<Vec<_>>().join(", "))),
        "an id that stands at two layers says why at all but one",
    );
}

#[test]
fn the_seeds_examples_keep_their_parties() {
    let catalogue = Catalogue::built_in();
    for (id, category) in
        [("ec2", Category::Infrastructure), ("rds", Category::Container), ("s3", Category::Abstracted)]
    {
        let service = catalogue.service(id).expect("the seeds' examples are in the catalogue");
        assert_eq!(service.category, category, "{id}");
        assert!(service.modes.is_empty(), "{id} is answered once");
        for &layer in Layer::ALL {
            let answer = catalogue.split(service, None, layer);
            let default = catalogue.default_split(category, layer).split.party;
            assert_eq!(answer.split.party, default, "{id} {layer}: the party stands as the publications have it");
            assert!(answer.rule != Rule::Mode);
        }
    }
}

/// The fenced blocks of `data/README.md` that hold YAML.
fn template() -> Vec<String> {
    let readme = include_str!("../data/README.md").replace("\r\n", "\n");
    readme.split("```yaml\n").skip(1).filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned())).collect()
}

#[test]
fn the_template_is_a_service_that_the_catalogue_would_take() {
    let mut files = common::data_files();
    let [service, source] = &template()[..] else { panic!("data/README.md has a service and a source to copy") };
    // What the template cites and doesn't show.
    let keys = ["security", "availability", "serverless"];
    let cited = keys.map(|key| {
        format!("example-{key}:\n  title: {key}\n  url: https://docs.aws.amazon.com/{key}\n  checked: 2026-08-03\n")
    });
    for file in files.iter_mut().filter(|file| file.path == "sources.yaml") {
        file.text.push_str(&format!("{source}\n{}", cited.concat()));
    }
    files.push(File { path: "abstracted/example-service.yaml".to_owned(), text: service.clone() });
    let faults = Catalogue::from_files(&files).err().unwrap_or_default();
    none(faults.iter().map(ToString::to_string), "the template can be copied");
}

#[test]
fn a_service_is_the_same_compiled_in_and_as_a_file() {
    let catalogue = Catalogue::built_in();
    for service in catalogue.services().iter() {
        let bytes = postcard::to_extend(service, Vec::new()).expect("a service fits into memory");
        let mut compiled: Service = postcard::from_bytes(&bytes).expect("what was written is read");
        compiled.id = service.id.clone();
        assert_eq!(&compiled, service, "{}: as it is compiled in", service.id);
        let text = serde_yaml::to_string(service).expect("a service is YAML");
        let mut written: Service = serde_yaml::from_str(&text).expect("what was written is read");
        written.id = service.id.clone();
        assert_eq!(&written, service, "{}: as a file", service.id);
    }
}

#[test]
fn a_control_that_nist_does_not_have_is_a_fault_with_its_line() {
    let overlay = "services:\n  rds:\n    splits:\n      guest-os:\n        party: aws\n        sources: [srm]\n        controls: [SI-2, AC-2(10)]\n        \
         aws:\n          - do: Patch it.\n            controls: [SI-2, ZZ-1]\n          - { do: Test it., controls: [SI-99] }\n";
    let faults = common::small_catalogue().check_overlay("mine.yaml", overlay);
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let has = |line: usize, text: &str| {
        told.iter().any(|own| own.starts_with(&format!("mine.yaml:{line}: ")) && own.contains(text))
    };
    assert!(has(7, "`AC-2(10)` is not a control of NIST SP 800-53 Rev 5") && has(7, "did you mean `AC-2`"), "{told:?}");
    assert!(has(10, "`ZZ-1` is not a NIST SP 800-53 Rev 5 control"), "{told:?}");
    assert!(has(11, "`SI-99` is not a control"), "{told:?}");
    assert_eq!(told.len(), 3, "{told:?}");

    // In the built-in catalogue too, which then does not compile.
    let mut files = common::data_files();
    let file = files.iter_mut().find(|file| file.path == "every-service.yaml").expect("the file is there");
    file.text = file.text.replacen("PE-2", "PE-99", 1);
    let line = file.text.lines().position(|line| line.contains("PE-99")).expect("PE-2 is in it") + 1;
    let faults = Catalogue::from_files(&files).err().unwrap_or_default();
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(told.len() == 1 && told[0].starts_with(&format!("every-service.yaml:{line}: `PE-99`")), "{told:?}");
}

#[test]
fn the_controls_are_nists() {
    let catalogue = Catalogue::built_in();
    let id = |control: &whose::catalogue::model::Control| {
        control.to_string().to_lowercase().replace('(', ".").replace(')', "")
    };
    let ours: BTreeSet<String> = catalogue.controls().keys().map(id).collect();
    let nists: BTreeSet<String> = include_str!("oscal/controls.txt").lines().map(str::to_owned).collect();
    assert_eq!(ours, nists);
    // As NIST SP 800-53B counts them.
    for (baseline, count) in [("low", 149), ("moderate", 287), ("high", 370), ("privacy", 96)] {
        let stands =
            |info: &&whose::catalogue::model::ControlInfo| info.baselines.iter().any(|own| own.as_str() == baseline);
        assert_eq!(catalogue.controls().values().filter(stands).count(), count, "{baseline}");
    }
}
