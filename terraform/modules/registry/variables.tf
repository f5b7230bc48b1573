variable "iam" {
  description = "Members of the repository's policy; the keys only tell them apart."
  type        = map(object({ role = string, member = string }))
  default     = {}
  nullable    = false
}

variable "location" {
  description = "Region of the repository."
  type        = string
  nullable    = false
}

variable "name" {
  description = "Name of the repository."
  type        = string
  nullable    = false
}
