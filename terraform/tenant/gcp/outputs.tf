output "cluster_endpoint" {
  description = "Host of the control plane's DNS-based endpoint."
  value       = module.cluster.endpoint
}

output "cluster_location" {
  description = "Location of the cluster."
  value       = module.cluster.location
}

output "cluster_name" {
  description = "Name of the cluster."
  value       = module.cluster.name
}

output "deploy_identity" {
  description = "Email of the identity deployments run as."
  value       = module.identities.deploy.email
}

output "network" {
  description = "Id of the VPC."
  value       = module.network.network
}

output "nodes_identity" {
  description = "Email of the identity nodes run as."
  value       = module.identities.nodes.email
}

output "registry_url" {
  description = "Prefix of the tenant's image names."
  value       = module.registry.url
}

output "subnetwork" {
  description = "Id of the nodes' subnet."
  value       = module.network.subnetwork
}

output "worker_pool" {
  description = "Full name of the private build pool."
  value       = module.build_pool.id
}
