//! What the usage type and the operation in a row of a bill say beyond its product: EC2's NAT gateways, volumes and addresses
//! are no instances, Fargate is a mode of ECS and EKS, Aurora is not RDS.

use super::attributes::glob;

/// A kind of usage, and the name of what is used.
struct Usage {
    /// How the product begins, as a code (`AmazonECS`) or as Cost Explorer has it.
    products: &'static [&'static str],
    /// Patterns for the usage type without its Region (`Fargate-vCPU-Hours:perCPU`).
    types: &'static [&'static str],
    /// Patterns for the operation; none: whatever it is.
    operations: &'static [&'static str],
    name: &'static str,
}

const EC2: &[&str] = &["AmazonEC2", "Amazon Elastic Compute Cloud", "EC2 - Other", "EC2-Other"];
const ECS: &[&str] = &["AmazonECS", "Amazon Elastic Container Service", "Amazon EC2 Container Service"];
const EKS: &[&str] =
    &["AmazonEKS", "Amazon Elastic Kubernetes Service", "Amazon Elastic Container Service for Kubernetes"];
const RDS: &[&str] = &["AmazonRDS", "Amazon Relational Database Service", "Amazon RDS"];

/// The first that fits counts.
const USAGES: &[Usage] = &[
    Usage { products: EKS, types: &["*Fargate*"], operations: &[], name: "eks@fargate" },
    Usage { products: EKS, types: &["*Auto*"], operations: &[], name: "eks@auto-mode" },
    Usage { products: EKS, types: &["*Hybrid*"], operations: &[], name: "eks@hybrid-nodes" },
    // Pods on Fargate were billed under ECS for years.
    Usage { products: ECS, types: &["*Fargate*"], operations: &["FargatePod*"], name: "eks@fargate" },
    Usage { products: ECS, types: &["*Fargate*"], operations: &[], name: "ecs@fargate" },
    Usage {
        products: ECS,
        types: &["*ManagedInstance*", "*Managed-Instance*"],
        operations: &[],
        name: "ecs@managed-instances",
    },
    Usage { products: ECS, types: &["*ECS-Anywhere*", "*External*"], operations: &[], name: "ecs@anywhere" },
    Usage {
        products: RDS,
        types: &["*Aurora*Serverless*V2*", "*ServerlessV2*"],
        operations: &[],
        name: "aurora@serverless-v2",
    },
    // The last part of an operation is the engine: 16 is Aurora MySQL, 21 Aurora PostgreSQL.
    Usage { products: RDS, types: &["*Aurora*"], operations: &[], name: "aurora" },
    Usage {
        products: RDS,
        types: &["*"],
        operations: &["CreateDBInstance:0016*", "CreateDBInstance:0021*"],
        name: "aurora@provisioned",
    },
    Usage { products: EC2, types: &["*NatGateway*"], operations: &[], name: "AWS::EC2::NatGateway" },
    Usage { products: EC2, types: &["EBS:*", "*EBSOptimized*"], operations: &[], name: "AWS::EC2::Volume" },
    Usage { products: EC2, types: &["ElasticIP:*", "*PublicIPv4*"], operations: &[], name: "AWS::EC2::EIP" },
    Usage { products: EC2, types: &["LoadBalancerUsage*", "LCUUsage*"], operations: &[], name: "AWSELB" },
    Usage { products: EC2, types: &["CW:*"], operations: &[], name: "AmazonCloudWatch" },
    Usage {
        products: EC2,
        types: &["*VpcPeering*", "*TransitGateway*", "*VpcEndpoint*"],
        operations: &[],
        name: "AmazonVPC",
    },
];

/// Usage that is bytes and not things: it says nothing about what is run.
const TRANSFER: &[&str] = &["DataTransfer-*", "*-AWS-In-Bytes", "*-AWS-Out-Bytes", "AWS-In-Bytes", "AWS-Out-Bytes"];

/// The name of what a row of a bill is for, where its usage type or its operation says more than its product.
pub(super) fn thing(product: &str, usage_type: &str, operation: &str) -> Option<&'static str> {
    let usage_type = without_region(usage_type);
    let fits = |patterns: &[&str], text: &str| patterns.iter().any(|pattern| glob(pattern, text));
    USAGES
        .iter()
        .find(|usage| {
            usage.products.iter().any(|begins| product.starts_with(begins))
                && !usage_type.is_empty()
                && fits(usage.types, usage_type)
                && (usage.operations.is_empty() || fits(usage.operations, operation))
        })
        .map(|usage| usage.name)
}

/// Whether a row of EC2's is about data on its way, and not about a machine.
pub(super) fn is_transfer(product: &str, usage_type: &str) -> bool {
    EC2.iter().any(|begins| product.starts_with(begins))
        && TRANSFER.iter().any(|pattern| glob(pattern, without_region(usage_type)))
}

/// `EUW1-NatGateway-Hours` without `EUW1-`. us-east-1 has no prefix.
fn without_region(usage_type: &str) -> &str {
    match usage_type.split_once('-') {
        Some((region, rest)) if is_region(region) => rest,
        _ => usage_type,
    }
}

/// The short form of a Region in usage types: `EUW1`, `USE2`, `APN1`, `UGW1`, `EU`.
fn is_region(text: &str) -> bool {
    text == "EU"
        || (3..=5).contains(&text.len())
            && text.ends_with(|last: char| last.is_ascii_digit())
            && text[..text.len() - 1].bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_tells_what_a_product_does_not() {
        for (product, usage_type, operation, name) in [
            ("AmazonECS", "EUW1-Fargate-vCPU-Hours:perCPU", "FargateTask", Some("ecs@fargate")),
            ("AmazonECS", "EUW1-Fargate-GB-Hours", "FargatePod", Some("eks@fargate")),
            ("AmazonEKS", "EU-AmazonEKS-Hours:perCluster", "CreateOperation", None),
            ("AmazonEC2", "EUW1-NatGateway-Hours", "NatGateway", Some("AWS::EC2::NatGateway")),
            ("AmazonEC2", "NatGateway-Bytes", "NatGateway", Some("AWS::EC2::NatGateway")),
            ("AmazonEC2", "EUW1-EBS:VolumeUsage.gp3", "CreateVolume-Gp3", Some("AWS::EC2::Volume")),
            ("AmazonEC2", "EUW1-BoxUsage:t3.micro", "RunInstances", None),
            ("AmazonEC2", "", "", None),
            ("AmazonRDS", "EUW1-InstanceUsage:db.r6g.large", "CreateDBInstance:0021", Some("aurora@provisioned")),
            ("AmazonRDS", "EUW1-InstanceUsage:db.t3.small", "CreateDBInstance:0002", None),
            ("AmazonRDS", "EUW1-Aurora:ServerlessV2Usage", "CreateDBInstance:0021", Some("aurora@serverless-v2")),
            ("AmazonRDS", "EUW1-Aurora:StorageIOUsage", "", Some("aurora")),
            // What is EC2's is another's where another sells it.
            ("AmazonS3", "EUW1-NatGateway-Hours", "", None),
            ("EC2 - Other", "EUC1-NatGateway-Hours", "", Some("AWS::EC2::NatGateway")),
        ] {
            assert_eq!(thing(product, usage_type, operation), name, "{product} {usage_type} {operation}");
        }
        for (usage_type, is) in [
            ("EUW1-DataTransfer-Out-Bytes", true),
            ("EUW1-EUC1-AWS-Out-Bytes", true),
            ("EUW1-BoxUsage:t3.micro", false),
            ("", false),
        ] {
            assert_eq!(is_transfer("AmazonEC2", usage_type), is, "{usage_type}");
        }
    }

    #[test]
    fn regions_are_told_from_usage_by_their_form() {
        for (usage_type, rest) in [
            ("EUW1-NatGateway-Hours", "NatGateway-Hours"),
            ("EU-BoxUsage", "BoxUsage"),
            ("NatGateway-Hours", "NatGateway-Hours"),
            ("BoxUsage:t3.micro", "BoxUsage:t3.micro"),
            ("AWS-In-Bytes", "AWS-In-Bytes"),
            ("", ""),
        ] {
            assert_eq!(without_region(usage_type), rest, "{usage_type}");
        }
    }
}
