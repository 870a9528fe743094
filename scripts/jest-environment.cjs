// Tests look at what code does, not at its log; a test that asserts on log lines sets the level itself.
process.env.TZ = 'UTC';
process.env.POWERTOOLS_LOG_LEVEL ??= 'SILENT';
process.env.POWERTOOLS_METRICS_DISABLED ??= 'true';
process.env.POWERTOOLS_METRICS_NAMESPACE ??= 'Appointments';
process.env.POWERTOOLS_SERVICE_NAME ??= 'test';
process.env.AWS_REGION ??= 'us-east-1';
process.env.AWS_JS_SDK_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
