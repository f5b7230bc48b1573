# All wait for the node pools: a cluster without nodes runs nothing.

output "endpoint" {
  description = "Host of the control plane's DNS-based endpoint."
  value       = google_container_cluster.cluster.control_plane_endpoints_config[0].dns_endpoint_config[0].endpoint
  depends_on  = [google_container_node_pool.pools]
}

output "location" {
  description = "Location of the cluster."
  value       = google_container_cluster.cluster.location
  depends_on  = [google_container_node_pool.pools]
}

output "name" {
  description = "Name of the cluster."
  value       = google_container_cluster.cluster.name
  depends_on  = [google_container_node_pool.pools]
}
