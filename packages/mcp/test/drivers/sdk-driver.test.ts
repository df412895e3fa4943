import { sdkDriver } from '../../src/driver/sdk-driver.ts'
import { testDriver } from './driver-contract.ts'

testDriver('the SDK driver', () => sdkDriver())
