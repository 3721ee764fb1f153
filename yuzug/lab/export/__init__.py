"""Export to ONNX, PT2, TFLite and safetensors; quantisation."""
