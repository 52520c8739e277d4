//! The rules of the catalogue that no single file can break: every assertion lists all offenders.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use whose::catalogue::Known;
use whose::catalogue::load::{self, File};
use whose::catalogue::model::{Basis, Catalogue, Category, Check, Layer, Maker, Party, Rule, Service, Split};

fn catalogue() -> Known {
    Known::default()
}

/// Fails with one line an offender.
#[track_caller]
fn none(offenders: &[String], rule: &str) {
    assert!(offenders.is_empty(), "{rule}; {} offenders:\n{}", offenders.len(), offenders.join("\n"));
}

fn file(service: &Service) -> String {
    format!("data/{}/{}.yaml", service.category, service.id)
}

/// Every split that stands in a file, with the file.
fn splits(catalogue: &Catalogue) -> Vec<(String, &Split)> {
    let mut all: Vec<(String, &Split)> = Vec::new();
    all.extend(catalogue.every_service.iter().map(|split| ("data/every-service.yaml".to_owned(), split)));
    for info in catalogue.categories {
        all.extend(info.splits.iter().map(|split| (format!("data/{}/_category.yaml", info.category), split)));
    }
    for service in catalogue.services {
        let modes = service.modes.iter().flat_map(|mode| mode.splits.iter());
        all.extend(service.splits.iter().chain(modes).map(|split| (file(service), split)));
    }
    all
}

#[test]
fn every_layer_of_every_service_and_mode_is_answered() {
    let known = catalogue();
    let mut rows = 0;
    for service in known.catalogue().services {
        let modes = service.modes.iter().map(Some).chain(service.modes.is_empty().then_some(None));
        for mode in modes {
            for &layer in Layer::ALL {
                let answer = known.catalogue().split(service, mode, layer);
                assert_eq!(answer.split.layer, layer);
                assert!(!answer.split.sources.is_empty(), "{} {layer}", service.id);
                rows += 1;
            }
        }
    }
    assert_eq!(rows % Layer::ALL.len(), 0);
}

#[test]
fn sources_are_pages_of_aws_of_nist_or_of_the_maker() {
    // Hosts besides AWS's own, and whose they are.
    const MAKERS: &[(&str, &str)] = &[
        ("docs.oracle.com", "Oracle, which runs Oracle Database@AWS"),
        ("vmc.techzone.vmware.com", "VMware by Broadcom, which runs VMware Cloud on AWS"),
    ];
    let known = catalogue();
    let mut used = BTreeSet::new();
    let mut offenders = Vec::new();
    for source in known.catalogue().sources {
        let url = source.url();
        let host = url.trim_start_matches("https://").split('/').next().unwrap_or_default();
        let aws = ["aws.amazon.com", "amazonaws.cn", "skillbuilder.aws", "awsstatic.com"]
            .iter()
            .any(|own| host == *own || host.ends_with(&format!(".{own}")));
        if let Some((maker, _)) = MAKERS.iter().find(|(maker, _)| *maker == host) {
            used.insert(*maker);
        } else if !aws {
            offenders.push(format!("{}: {}", source.id(), source.url()));
        }
    }
    none(&offenders, "a source is a page on a host of AWS's, of NIST's or of the service's maker");
    let idle: Vec<String> =
        MAKERS.iter().filter(|(maker, _)| !used.contains(maker)).map(|(maker, _)| (*maker).to_owned()).collect();
    none(&idle, "an exception that nothing needs any more is taken out");
}

#[test]
fn every_source_is_cited_and_no_page_has_two_keys() {
    let known = catalogue();
    let catalogue = known.catalogue();
    let mut cited: BTreeSet<u16> =
        splits(catalogue).iter().flat_map(|(_, split)| split.sources.iter().copied()).collect();
    cited.extend(catalogue.categories.iter().flat_map(|info| info.sources.iter()));
    for service in catalogue.services {
        cited.extend(service.sources.iter());
        cited.extend(service.modes.iter().flat_map(|mode| mode.sources.iter()));
        cited.extend(service.lifecycle.iter().flat_map(|life| life.sources.iter()));
    }
    let idle = catalogue.sources.iter().zip(0..).filter(|(_, place)| !cited.contains(place));
    none(
        &idle.map(|(source, _)| source.id().to_owned()).collect::<Vec<_>>(),
        "a source that nobody cites is taken out",
    );
    let mut pages: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for source in catalogue.sources {
        pages.entry(source.url()).or_default().push(source.id());
    }
    let twice = pages.iter().filter(|(_, keys)| keys.len() > 1);
    none(&twice.map(|(url, keys)| format!("{url}: {}", keys.join(", "))).collect::<Vec<_>>(), "a page has one key");
}

#[test]
fn what_every_service_and_category_does_names_its_controls() {
    let known = catalogue();
    let shared = splits(known.catalogue()).into_iter().filter(|(file, _)| {
        !file.contains('/') || file.ends_with("_category.yaml") || file.ends_with("every-service.yaml")
    });
    let without = shared.filter(|(_, split)| split.controls.is_empty());
    none(
        &without.map(|(file, split)| format!("{file}: {}", split.layer)).collect::<Vec<_>>(),
        "NIST SP 800-53 ids stand on every category-level split",
    );
}

#[test]
fn a_sentence_speaks_of_its_service() {
    let known = catalogue();
    let mut places: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (file, split) in splits(known.catalogue()) {
        for duty in split.aws.iter().chain(split.customer) {
            places.entry(duty).or_default().insert(file.clone());
        }
    }
    // What holds for every service may be said once more where a category says more about the same layer.
    let common = places.iter().filter(|(_, files)| {
        files.len() > 1 && files.iter().any(|file| !file.contains("every-service") && !file.contains("_category"))
    });
    let rows: Vec<String> = common
        .map(|(duty, files)| format!("{duty}\n    {}", files.iter().cloned().collect::<Vec<_>>().join(", ")))
        .collect();
    none(&rows, "a sentence that is true of several services belongs to the category");
}

#[test]
fn a_derived_split_says_what_it_is_inferred_from() {
    let known = catalogue();
    let own = splits(known.catalogue())
        .into_iter()
        .filter(|(_, split)| split.basis == Basis::Derived && split.note.is_none());
    none(
        &own.map(|(file, split)| format!("{file}: {}", split.layer)).collect::<Vec<_>>(),
        "a derived split has a note",
    );
}

#[test]
fn text_is_plain_ascii_so_that_every_console_shows_it() {
    let known = catalogue();
    let mut offenders = Vec::new();
    for (file, split) in splits(known.catalogue()) {
        for text in split.aws.iter().chain(split.customer).chain(split.note) {
            if !text.is_ascii() {
                offenders.push(format!("{file}: {text}"));
            }
        }
    }
    none(&offenders, "duties and notes are ASCII");
}

#[test]
fn a_mode_that_names_a_category_names_another_one() {
    let known = catalogue();
    let mut offenders = Vec::new();
    for service in known.catalogue().services {
        let own = service.modes.iter().filter(|mode| mode.category == Some(service.category));
        offenders.extend(own.map(|mode| format!("{}: {}", file(service), mode.id)));
        if service.modes.len() == 1 {
            offenders.push(format!("{}: one mode alone is no choice", file(service)));
        }
    }
    none(&offenders, "modes are several, and name a category only where it is another than the service's");
}

#[test]
fn the_modes_of_the_research_are_there() {
    const MODES: &str = "app-runner@source-code app-runner@source-image aurora@provisioned aurora@serverless-v2 batch@ec2 \
        batch@eks batch@fargate bedrock@base-models bedrock@customized-models acm@amazon-issued acm@imported \
        cloud9@ec2-environment cloud9@ssh-environment datasync@agent datasync@agentless \
        directory-service@managed-microsoft-ad directory-service@ad-connector directory-service@simple-ad \
        dms@replication-instance dms@serverless ecs@fargate ecs@managed-instances ecs@ec2 ecs@anywhere eks@auto-mode \
        eks@fargate eks@managed-node-group eks@managed-node-group-custom-ami eks@self-managed-nodes eks@hybrid-nodes \
        elastic-beanstalk@managed-updates-on elastic-beanstalk@managed-updates-off elasticache@serverless \
        elasticache@node-based emr@release-ami emr@custom-ami fsx@windows-file-server fsx@lustre fsx@netapp-ontap \
        fsx@openzfs gamelift@managed-ec2-fleet gamelift@anywhere gamelift@fleetiq kms@kms-key-store \
        kms@cloudhsm-key-store kms@external-key-store lambda@managed-runtime-auto lambda@managed-runtime-function-update \
        lambda@managed-runtime-manual lambda@os-only-runtime lambda@container-image lightsail@instance \
        lightsail@container-service lightsail@managed-database msk@provisioned msk@serverless outposts@rack \
        outposts@server rds-custom@oracle rds-custom@sql-server-rpev rds-custom@sql-server-cev \
        sagemaker@notebook-instance sagemaker@training-and-hosting sagemaker@hyperpod shield@standard shield@advanced \
        storage-gateway@vm-appliance storage-gateway@hardware-appliance workspaces@personal workspaces@pools";
    let known = catalogue();
    let missing = MODES.split_whitespace().filter(|name| {
        let (service, mode) = name.split_once('@').unwrap_or_default();
        !known.catalogue().service(service).is_some_and(|service| service.modes.iter().any(|own| own.id == mode))
    });
    none(
        &missing.map(str::to_owned).collect::<Vec<_>>(),
        "these ways to run a service move the line and are documented",
    );
}

/// The services that organisations use most, in no order that means anything.
const MOST_USED: &str = "ec2 ebs vpc ec2-auto-scaling elb rds aurora dynamodb documentdb elasticache opensearch redshift emr \
    elastic-beanstalk ecs eks fargate ecr lambda api-gateway appsync cloudfront route53 waf s3 efs fsx backup sqs sns ses \
    eventbridge step-functions kinesis-data-streams data-firehose msk mq iam iam-identity-center cognito kms \
    secrets-manager acm cloudtrail cloudwatch config guardduty security-hub systems-manager cloudformation organizations \
    codebuild glue athena sagemaker bedrock lightsail workspaces transfer-family batch";

#[test]
fn the_services_used_most_speak_for_themselves() {
    let known = catalogue();
    let own_layers = |service: &Service| {
        let modes = service.modes.iter().flat_map(|mode| mode.splits.iter());
        service.splits.iter().chain(modes).map(|split| split.layer).collect::<BTreeSet<_>>().len()
    };
    let speaking = known.catalogue().services.iter().filter(|service| own_layers(service) > 0).count();
    assert!(speaking >= 180, "{speaking} services speak for themselves");
    assert_eq!(MOST_USED.split_whitespace().count(), 60);
    let thin = MOST_USED.split_whitespace().filter_map(|id| {
        let depth = known.catalogue().service(id).map_or(0, own_layers);
        (depth < 6).then(|| format!("{id}: {depth}"))
    });
    none(&thin.collect::<Vec<_>>(), "the services used most have splits of their own in six layers");
}

/// Every check with its service.
fn checks(catalogue: &Catalogue) -> Vec<(&Service, Check)> {
    catalogue.services.iter().flat_map(|service| service.checks().map(move |check| (service, check))).collect()
}

#[test]
fn a_check_has_the_form_of_its_maker() {
    let known = catalogue();
    let all = |text: &str, good: fn(char) -> bool| !text.is_empty() && text.chars().all(good);
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let formed = |check: &Check| match check.maker {
        Maker::SecurityHub => check.id.split_once('.').is_some_and(|(service, number)| {
            service.starts_with(|c: char| c.is_ascii_uppercase())
                && all(service, |c| c.is_ascii_alphanumeric())
                && all(number, |c| c.is_ascii_digit())
                && !number.starts_with('0')
        }),
        Maker::Config => check.id.split('-').all(|part| all(part, |c| c.is_ascii_lowercase() || c.is_ascii_digit())),
        Maker::Prowler => {
            check.id.contains('_') && check.id.split('_').all(|part| !part.is_empty() && part.chars().all(lower))
        }
    };
    let offenders = checks(known.catalogue()).into_iter().filter(|(_, check)| !formed(check));
    none(
        &offenders
            .map(|(service, check)| format!("{}: {} {}", file(service), check.maker, check.id))
            .collect::<Vec<_>>(),
        "an id is written as its maker writes it",
    );
}

#[test]
fn a_check_leads_to_a_page_of_its_maker() {
    let known = catalogue();
    let home = |maker| match maker {
        Maker::SecurityHub => "https://docs.aws.amazon.com/securityhub/",
        Maker::Config => "https://docs.aws.amazon.com/config/",
        Maker::Prowler => "https://hub.prowler.com/",
    };
    let offenders = checks(known.catalogue()).into_iter().filter(|(_, check)| {
        let url = check.url();
        !url.starts_with(home(check.maker)) || url.contains(|c: char| c.is_whitespace() || c.is_ascii_uppercase())
    });
    none(&offenders.map(|(_, check)| check.url()).collect::<Vec<_>>(), "a check's page stands on its maker's host");
}

#[test]
fn a_check_proves_a_duty_of_the_customers() {
    let known = catalogue();
    let catalogue = known.catalogue();
    let idle = checks(catalogue).into_iter().filter(|(service, check)| {
        let modes = service.modes.iter().map(Some).chain(service.modes.is_empty().then_some(None));
        let mut answers = modes.map(|mode| catalogue.split(service, mode, check.layer).split);
        !answers.any(|split| matches!(split.party, Party::Customer | Party::Shared) || !split.customer.is_empty())
    });
    none(
        &idle.map(|(service, check)| format!("{}: {} {}", file(service), check.layer, check.id)).collect::<Vec<_>>(),
        "behind a check there is something for the customer to do",
    );
}

#[test]
fn a_check_at_two_layers_says_why() {
    let known = catalogue();
    let mut places: BTreeMap<&str, (BTreeSet<Layer>, Vec<String>)> = BTreeMap::new();
    for (service, check) in checks(known.catalogue()) {
        let (layers, silent) = places.entry(check.id).or_default();
        if check.note.is_none() {
            silent.push(format!("{} {}", file(service), check.layer));
        }
        layers.insert(check.layer);
    }
    let silent_layers =
        |silent: &[String]| silent.iter().filter_map(|place| place.split(' ').nth(1)).collect::<BTreeSet<_>>().len();
    let offenders = places.iter().filter(|(_, (layers, silent))| layers.len() > 1 && silent_layers(silent) > 1);
    none(
        &offenders.map(|(id, (_, silent))| format!("{id}: {}", silent.join(", "))).collect::<Vec<_>>(),
        "an id that stands at two layers says why at all but one",
    );
}

#[test]
fn checks_stand_on_three_hundred_pairs() {
    let known = catalogue();
    let pairs: BTreeSet<(&str, Layer)> =
        checks(known.catalogue()).into_iter().map(|(service, check)| (service.id, check.layer)).collect();
    assert!(pairs.len() >= 300, "{} services and layers have a check", pairs.len());
}

#[test]
fn the_seeds_own_examples_stand() {
    let known = catalogue();
    let catalogue = known.catalogue();
    for (id, category) in
        [("ec2", Category::Infrastructure), ("rds", Category::Container), ("s3", Category::Abstracted)]
    {
        let service = catalogue.service(id).expect("the seeds' examples are in the catalogue");
        assert_eq!(service.category, category, "{id}");
        assert!(service.modes.is_empty(), "{id} is answered once");
        for &layer in Layer::ALL {
            let answer = catalogue.split(service, None, layer);
            let default = catalogue.default_split(category, layer);
            assert_eq!(
                answer.split.party, default.split.party,
                "{id} {layer}: the party stands as the publications have it"
            );
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
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let mut files = Vec::new();
    for folder in ["", "infrastructure", "container", "abstracted"] {
        for entry in fs::read_dir(root.join(folder)).expect("data can be read").filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.path().extension().is_some_and(|ending| ending == "yaml") {
                let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                files.push(File { text: fs::read_to_string(entry.path()).expect("a file of text"), path });
            }
        }
    }
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
    let faults = load::catalogue(&files).err().unwrap_or_default();
    none(&faults.iter().map(ToString::to_string).collect::<Vec<_>>(), "the template can be copied");
}
