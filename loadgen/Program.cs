using InferenceTracing.LoadGenerator.Commands;

return await LoadCommand.RunAsync(args);
