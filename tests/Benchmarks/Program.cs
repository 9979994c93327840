using InferenceTracing.Benchmarks;

return await BenchmarkCommand.RunAsync(args);
