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

variable "worker" {
  description = "Size of each worker."
  type = object({
    machine_type = optional(string, "e2-standard-2")
    disk_size_gb = optional(number, 100)
  })
  default  = {}
  nullable = false
}
