# A private GKE Standard cluster: nodes have no public addresses, and the
# control plane is reached by its DNS name only, where IAM guards it.

resource "google_container_cluster" "cluster" {
  name                     = var.name
  location                 = var.location
  network                  = var.network
  subnetwork               = var.subnetwork
  deletion_protection      = var.deletion_protection
  initial_node_count       = 1
  remove_default_node_pool = true
  resource_labels          = var.labels

  release_channel {
    channel = var.release_channel
  }

  ip_allocation_policy {
    cluster_secondary_range_name  = "pods"
    services_secondary_range_name = "services"
  }

  private_cluster_config {
    enable_private_nodes    = true
    enable_private_endpoint = true
    master_ipv4_cidr_block  = var.control_plane_range
  }

  control_plane_endpoints_config {
    dns_endpoint_config {
      allow_external_traffic = true
    }
  }

  # Required with a private endpoint; an empty list admits nobody by address.
  master_authorized_networks_config {}

  workload_identity_config {
    workload_pool = "${var.project}.svc.id.goog"
  }

  # Both speak of the moment a cluster is made. A cluster that was taken over
  # keeps its default pool, and is not made anew because of how it began.
  lifecycle {
    ignore_changes = [initial_node_count, remove_default_node_pool]
  }
}
