variable "location" {
  description = "Region of the pool."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Prefix of the pool's name."
  type        = string
  nullable    = false
}

variable "network" {
  description = "Id of the VPC the workers are peered with."
  type        = string
  nullable    = false
}

variable "range_prefix_length" {
  description = "Prefix length of the range reserved for the workers."
  type        = number
  default     = 24
  nullable    = false

  validation {
    # A pool that names no range of its own takes a /24.
    condition     = var.range_prefix_length >= 8 && var.range_prefix_length <= 24
    error_message = "range_prefix_length must be between 8 and 24."
  }
}

variable "worker" {
  description = "Size of each worker."
  type = object({
    machine_type = optional(string, "e2-standard-2")
    disk_size_gb = optional(number, 100)
  })
  default  = {}
  nullable = false
}
