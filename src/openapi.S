/* SPDX-License-Identifier: Apache-2.0 */
/* The contract as bytes, so that the binary serves exactly the file that was reviewed. */
	.section .rodata
	.global openapi_yaml
	.global openapi_yaml_end
openapi_yaml:
	.incbin "openapi.yaml"
openapi_yaml_end:
	.byte 0
	.section .note.GNU-stack,"",%progbits
