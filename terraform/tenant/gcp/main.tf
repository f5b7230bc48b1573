# One tenant's environment on Google Cloud. Every value comes from the tenant's
# record by way of a tfvars file; nothing is looked up.

module "identities" {
  source = "../../modules/identities"

  name    = var.tenant
  project = var.project
}

module "network" {
  source = "../../modules/network"

  name                 = var.tenant
  region               = var.region
  nat_min_ports_per_vm = var.network.nat_min_ports_per_vm
  ranges = {
    pods     = var.network.pods_range
    services = var.network.services_range
    subnet   = var.network.subnet_range
  }
}

module "registry" {
  source = "../../modules/registry"

  name     = var.tenant
  location = var.region
  iam = {
    deploy = { role = "roles/artifactregistry.writer", member = module.identities.deploy.member }
    nodes  = { role = "roles/artifactregistry.reader", member = module.identities.nodes.member }
  }
}

module "cluster" {
  source = "../../modules/cluster"

  name                 = var.tenant
  project              = var.project
  location             = var.region
  network              = module.network.network
  subnetwork           = module.network.subnetwork
  control_plane_range  = var.cluster.control_plane_range
  release_channel      = var.cluster.release_channel
  node_pools           = var.cluster.node_pools
  node_service_account = module.identities.nodes.email
}

module "build_pool" {
  source = "../../modules/build-pool"

  name                = var.tenant
  location            = var.region
  network             = module.network.network
  range_prefix_length = var.worker_pool.range_prefix_length
  worker              = var.worker_pool
}
