variable "name" {
  description = "Prefix of every name, e.g. the tenant."
  type        = string
  nullable    = false
}

variable "nat_min_ports_per_vm" {
  description = "Ports NAT reserves for each node; more ports, more connections to one destination."
  type        = number
  default     = 64
  nullable    = false

  validation {
    condition     = var.nat_min_ports_per_vm >= 2 && var.nat_min_ports_per_vm <= 65536
    error_message = "nat_min_ports_per_vm must be between 2 and 65536."
  }
}

variable "ranges" {
  description = "IPv4 ranges in CIDR form. They must not overlap each other."
  type = object({
    pods     = string
    services = string
    subnet   = string
  })
  nullable = false

  validation {
    condition     = alltrue([for range in values(var.ranges) : can(cidrhost(range, 0))])
    error_message = "Each range must be in CIDR form, e.g. 10.10.0.0/20."
  }
}

variable "region" {
  description = "Region of the subnet and its router."
  type        = string
  nullable    = false
}
