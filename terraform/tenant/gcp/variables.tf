variable "cluster" {
  description = "The GKE cluster and its node pools by name. min and max are nodes per zone."
  type = object({
    control_plane_range = string
    release_channel     = optional(string, "REGULAR")
    node_pools = map(object({
      machine_type = string
      min          = number
      max          = number
      disk_size_gb = optional(number, 100)
      accelerator  = optional(object({ type = string, count = number }))
      labels       = optional(map(string), {})
      taints       = optional(list(object({ key = string, value = string, effect = string })), [])
    }))
  })
  nullable = false

  validation {
    condition     = contains(["RAPID", "REGULAR", "STABLE", "EXTENDED"], var.cluster.release_channel)
    error_message = "cluster.release_channel must be RAPID, REGULAR, STABLE or EXTENDED."
  }

  validation {
    condition     = length(var.cluster.node_pools) > 0
    error_message = "cluster.node_pools must name at least one pool."
  }

  validation {
    condition = alltrue(flatten([
      for pool in values(var.cluster.node_pools) : [
        for taint in pool.taints : contains(["NO_SCHEDULE", "PREFER_NO_SCHEDULE", "NO_EXECUTE"], taint.effect)
      ]
    ]))
    error_message = "A taint's effect must be NO_SCHEDULE, PREFER_NO_SCHEDULE or NO_EXECUTE."
  }
}

variable "infra_identity" {
  description = "Email of the identity to impersonate; null runs as whoever runs Terraform."
  type        = string
  default     = null
}

variable "network" {
  description = "IPv4 ranges of the VPC in CIDR form, and NAT's ports per node."
  type = object({
    pods_range           = string
    services_range       = string
    subnet_range         = string
    nat_min_ports_per_vm = optional(number, 64)
  })
  nullable = false
}

variable "project" {
  description = "Project the tenant lives in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project id: 6 to 30 lower-case letters, digits and hyphens."
  }
}

variable "region" {
  description = "Region of everything in the environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a region, e.g. us-central1."
  }
}

variable "tenant" {
  description = "Name of the tenant; every resource is named after it."
  type        = string
  nullable    = false

  validation {
    # Service accounts are the tightest: NAME-deploy must fit into 30 characters.
    condition     = can(regex("^[a-z]([-a-z0-9]{0,21}[a-z0-9])?$", var.tenant))
    error_message = "tenant must be 1 to 23 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "worker_pool" {
  description = "Workers of the private build pool, and the size of the range they take addresses from."
  type = object({
    machine_type        = optional(string, "e2-standard-2")
    disk_size_gb        = optional(number, 100)
    range_prefix_length = optional(number, 24)
  })
  default  = {}
  nullable = false
}
