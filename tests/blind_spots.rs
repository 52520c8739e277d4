//! docs/blind-spots.md is made from the catalogue: the customer's duties that no published check looks at.
//!
//! `WHOSE_BLESS=1 cargo test --test blind_spots` writes it anew.

use std::fmt::Write;
use std::{env, fs};

use whose::catalogue::Catalogue;
use whose::catalogue::model::{Layer, Service};

/// The forty services that organisations use most.
const SERVICES: &str = "ec2 ebs vpc ec2-auto-scaling elb rds aurora documentdb dynamodb elasticache opensearch redshift msk \
    mq emr ecs eks fargate ecr elastic-beanstalk lambda api-gateway cloudfront route53 s3 efs sqs sns eventbridge \
    step-functions kinesis-data-streams kms secrets-manager cognito glue athena sagemaker bedrock lightsail workspaces";

const HEAD: &str = "\
# Blind spots: your duties that no check looks at

For the forty services used most: in which layers you have a duty in any way to run them (ECS Anywhere leaves even the building
to you, and of what AWS holds a part may be left to you), in how many of them Security Hub, AWS Config or Prowler has at least
one check of this service, and which layers nobody looks at. A test keeps this page equal to the catalogue; `whose gaps` answers
the same for your own services and your own findings.

A check that is there proves a part of a duty, seldom the whole. A check that is missing proves nothing: look yourself. Checks
of the account as a whole (those of `iam`, `cloudtrail`, `config`, `organizations`, `guardduty`) bear on every service and are
not counted at each.
";

/// Whether the customer has a duty in the layer in any way to run the service.
fn has_duty(catalogue: &Catalogue, service: &Service, layer: Layer) -> bool {
    service.variants().into_iter().any(|mode| catalogue.split(service, mode, layer).is_mine())
}

fn page(catalogue: &Catalogue) -> String {
    let checked = |service: &Service, layer| service.checks.contains_key(&layer);
    let services: Vec<&Service> =
        SERVICES.split_whitespace().map(|id| catalogue.service(id).expect("a service of the catalogue")).collect();
    let mut rows = String::new();
    let (mut cells, mut seen) = (0, 0);
    for service in &services {
        let own: Vec<Layer> = Layer::ALL.iter().copied().filter(|layer| has_duty(catalogue, service, *layer)).collect();
        let blind: Vec<&str> =
            own.iter().filter(|layer| !checked(service, **layer)).map(|layer| layer.as_str()).collect();
        cells += own.len();
        seen += own.len() - blind.len();
        _ = writeln!(rows, "| {} | {} | {} | {} |", service.id, own.len(), own.len() - blind.len(), blind.join(", "));
    }
    let mut layers = String::new();
    for layer in Layer::ALL {
        let own: Vec<&&Service> = services.iter().filter(|service| has_duty(catalogue, service, *layer)).collect();
        if !own.is_empty() {
            let covered = own.iter().filter(|service| checked(service, *layer)).count();
            _ = writeln!(layers, "| {layer} | {} | {covered} |", own.len());
        }
    }
    format!(
        "{HEAD}\n{seen} of {cells} such pairs of service and layer have a check, {} have none.\n\n\
         | service | layers with your duties | with a check | without |\n|---|--:|--:|---|\n{rows}\n\
         ## By layer\n\n| layer | services that leave you a duty | with a check |\n|---|--:|--:|\n{layers}",
        cells - seen
    )
}

#[test]
fn the_page_is_what_the_catalogue_says() {
    assert_eq!(SERVICES.split_whitespace().count(), 40);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/blind-spots.md");
    let made = page(&Catalogue::built_in());
    if env::var_os("WHOSE_BLESS").is_some() {
        fs::write(path, &made).expect("the page can be written");
    }
    let stands = fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    assert!(stands == made, "{path} is not what the catalogue says; write it anew with WHOSE_BLESS=1");
}
