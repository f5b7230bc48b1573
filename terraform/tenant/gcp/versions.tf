terraform {
  required_version = ">= 1.9"

  # Bucket and prefix are given to `terraform init`, one prefix per tenant.
  backend "gcs" {}

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50"
    }
  }
}

provider "google" {
  project                     = var.project
  region                      = var.region
  impersonate_service_account = var.infra_identity

  default_labels = {
    plumbline-managed = "true"
    plumbline-tenant  = var.tenant
  }
}
