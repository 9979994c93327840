using InferenceTracing.Drills;

return await DrillCommand.Create().Parse(args).InvokeAsync();
