using Tat.Samples.Service.Hosting;

await ServiceHost.Create(args).RunAsync();
