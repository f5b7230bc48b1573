variable "control_plane_range" {
  description = "The /28 of the control plane, outside the VPC's own ranges."
  type        = string
  nullable    = false

  validation {
    condition     = can(cidrhost(var.control_plane_range, 0)) && endswith(var.control_plane_range, "/28")
    error_message = "control_plane_range must be a /28, e.g. 172.16.0.0/28."
  }
}

variable "deletion_protection" {
  description = "Refuse to destroy the cluster. Off: Plumbline asks for confirmation before it decommissions."
  type        = bool
  default     = false
  nullable    = false
}

variable "labels" {
  description = "Labels of the cluster's resources."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "location" {
  description = "Region (or zone) of the cluster."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the cluster."
  type        = string
  nullable    = false
}

variable "network" {
  description = "Id of the VPC."
  type        = string
  nullable    = false
}

variable "node_pools" {
  description = "Node pools by name. min and max are nodes per zone."
  type = map(object({
    machine_type = string
    min          = number
    max          = number
    disk_size_gb = optional(number, 100)
    accelerator  = optional(object({ type = string, count = number }))
    labels       = optional(map(string), {})
    taints       = optional(list(object({ key = string, value = string, effect = string })), [])
  }))
  nullable = false

  validation {
    condition     = alltrue([for pool in values(var.node_pools) : pool.min <= pool.max && pool.max >= 1])
    error_message = "Each node pool needs 0 <= min <= max and max >= 1."
  }
}

variable "node_service_account" {
  description = "Email of the identity nodes run as."
  type        = string
  nullable    = false
}

variable "project" {
  description = "Project of the cluster; its workload identity pool is named after it."
  type        = string
  nullable    = false
}

variable "release_channel" {
  description = "How fast versions arrive: RAPID, REGULAR, STABLE or EXTENDED."
  type        = string
  default     = "REGULAR"
  nullable    = false
}

variable "subnetwork" {
  description = "Id of the subnet; it must have secondary ranges `pods` and `services`."
  type        = string
  nullable    = false
}
